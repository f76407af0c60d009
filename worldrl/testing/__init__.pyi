# Written by tools/stubs.py from the table in __init__.py. Do not edit.

from .env import EnvCheckError as EnvCheckError
from .env import check_env as check_env
from .kill import kill_test as kill_test
from .kill import nan_test as nan_test
from .contracts import ContractError as ContractError
from .contracts import gap as gap
from .contracts import random_obs as random_obs
from .contracts import random_actions as random_actions
from .contracts import random_steps as random_steps
from .contracts import check_world as check_world
from .contracts import check_agent as check_agent
from .contracts import check_policy as check_policy
