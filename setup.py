"Read everything from settings.ini; import nothing of the package."
import shutil
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

here = Path(__file__).resolve().parent
parser = ConfigParser(delimiters=["="], interpolation=None)
parser.read(here / "settings.ini", encoding="utf-8")
cfg = parser["DEFAULT"]

extras = {key.removesuffix("_requirements"): value.split()
          for key, value in cfg.items() if key.endswith("_requirements")}
# dm-control wants mujoco<4, so it cannot share an environment with the newest mujoco; trackers and clusters are a choice
left_out = {"dmc", "track", "ray", "distributed"}
extras["all"] = sorted({r for name, reqs in extras.items() if name not in left_out for r in reqs})

status = {"1": "1 - Planning", "2": "2 - Pre-Alpha", "3": "3 - Alpha", "4": "4 - Beta", "5": "5 - Production/Stable"}
minor = int(cfg["min_python"].split(".")[1])

# what the package carries besides its code: folder below data/, and the files in it that are packed
DATA = {
    "zoo": ("[!.]*/model.safetensors", "[!.]*/config.json", "[!.]*/card.json", "[!.]*/README.md"),
    "samples": ("[!.]*/*.npz", "[!.]*/manifest.json"),
    "results": ("[!.]*.csv", "[!.]*.json", "curves/[!.]*.csv"),
    "experiments": ("[!.]*.csv",),
}


def data_files() -> dict[str, Path]:
    "Return the data files to pack: path inside the package -> file of the source tree"
    found = {}
    for folder, patterns in DATA.items():
        root = here / "data" / folder
        files = sorted({f for pattern in patterns for f in root.glob(pattern) if f.is_file()})
        if not files:
            raise SystemExit(f"setup.py: {root} is missing or empty, so the package would have no {folder}; take a whole checkout")
        found |= {f"worldrl/{f.relative_to(here).as_posix()}": f for f in files}
    return found


class BuildPy(build_py):
    "Build the package from an empty folder, and pack zoo, samples and results as worldrl/data; an editable install does neither"

    def run(self):
        "Copy the modules, then the data"
        if not self.editable_mode:
            self.empty_build_folder()
        super().run()
        if not self.editable_mode:
            for name, file in data_files().items():
                target = Path(self.build_lib, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)

    def empty_build_folder(self):
        "Remove what an earlier build left behind: a module that was renamed since would be packed again"
        build = Path(self.build_lib).resolve()
        if build.is_relative_to(here / "build"):
            shutil.rmtree(build, ignore_errors=True)
        elif build != here:                      # a folder that the user chose: only our package goes
            shutil.rmtree(build / "worldrl", ignore_errors=True)

    def get_outputs(self, include_bytecode=True):
        "Return the files that this command makes"
        data = [] if self.editable_mode else [str(Path(self.build_lib, name)) for name in data_files()]
        return super().get_outputs(include_bytecode) + data


setup(
    name=cfg["lib_name"],
    version=cfg["version"],
    description=cfg["description"],
    long_description=(here / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    author_email=cfg["author_email"],
    url=cfg["git_url"],
    license="MIT",
    keywords=cfg["keywords"],
    packages=find_packages(include=["worldrl", "worldrl.*"]),
    package_data={"": ["*.pyi"], "worldrl": ["py.typed"], "worldrl.modelfree": ["earlier.json"],
                  "worldrl.envs": ["sonic_levels.csv"]},
    include_package_data=False,
    cmdclass={"build_py": BuildPy},
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(),
    extras_require=extras,
    entry_points={"console_scripts": cfg["console_scripts"].split()},
    classifiers=[
        f"Development Status :: {status[cfg['status']]}",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        f"Natural Language :: {cfg['language']}",
        *[f"Programming Language :: Python :: 3.{m}" for m in range(minor, 14)],
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
    zip_safe=False,
)
