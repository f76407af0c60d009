# Written by tools/stubs.py from the table in __init__.py. Do not edit.

from .env import EnvCheckError as EnvCheckError
from .env import check_env as check_env
from .device import CUDA as CUDA
from .device import DeviceMismatch as DeviceMismatch
from .device import fake_cuda as fake_cuda
from .device import fault_line as fault_line
from .kill import kill_test as kill_test
from .kill import resume_test as resume_test
from .kill import switches as switches
from .kill import nan_test as nan_test
from .contracts import ContractError as ContractError
from .contracts import gap as gap
from .contracts import random_obs as random_obs
from .contracts import random_actions as random_actions
from .contracts import random_steps as random_steps
from .contracts import check_fake_cuda as check_fake_cuda
from .contracts import check_world as check_world
from .contracts import check_agent as check_agent
from .contracts import check_policy as check_policy
