"""A build on the cluster at RAY_ADDRESS whose workers stop at `moments` and see the environment of this process."""

import os
import sys

import ray

from jobs.build_spar7m import main
from tests.chaos import moments

_SHARED = ("CHAOS_", "AWS_")

if __name__ == "__main__":
    seen = {name: value for name, value in os.environ.items() if name.startswith(_SHARED)}
    hook = f"{moments.__name__}.{moments.install.__name__}"
    ray.init(
        runtime_env={"env_vars": seen, "worker_process_setup_hook": hook}, log_to_driver=False, logging_level="warning"
    )
    sys.exit(main(sys.argv[1:]))
