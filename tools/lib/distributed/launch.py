"""torchrun, without its own account of a worker's end: the first worker has said in words why it ended."""

import logging
import sys

from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main

logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
logging.getLogger("torch.distributed.run").setLevel(logging.CRITICAL)
try:
    main(sys.argv[1:])
except (ChildFailedError, SignalException):
    sys.exit(1)
