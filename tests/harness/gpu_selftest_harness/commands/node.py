# SPDX-License-Identifier: Apache-2.0
"""The verb `node`: what this machine is, who uses its GPUs, and which GPUs nobody may use."""

from __future__ import annotations

import json
from pathlib import Path

from .. import lease, matrix, node
from ..engines import settings
from ..engines.base import ENGINES, make
from ..engines.excerpt import clean
from ..errors import Failed, Refused
from ..lease import Leases

SHOW, LEASES, CLEAR = "show", "leases", "clear"


def register(subparsers):
    parser = subparsers.add_parser("node", help="what this machine is, and who uses its GPUs",
                                   description=__doc__)
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)

    show = verbs.add_parser(SHOW, help="driver, GPUs and engines",
                             description="What this machine, or a simulated one, is seen to be.")
    show.add_argument("--matrix", type=Path, metavar="FILE", help="which names its GPUs have there")
    show.add_argument("--engine", action="append", metavar="NAME",
                      help=f"may be repeated (default: {', '.join(ENGINES)})")
    show.add_argument("--engines", type=Path, metavar="FILE",
                      help="TOML: what this machine's engines are to be told")
    show.add_argument("--program", default="gpu-selftest", metavar="FILE",
                      help="gpu-selftest of this machine (default: on PATH)")
    show.add_argument("--simulate", metavar="PROFILE", help="a simulated machine, such as h100x8")
    show.add_argument("--fault", action="append", default=[], metavar="TEXT",
                      help="what is wrong with the simulated machine; may be repeated")
    show.add_argument("--name", help="of the node (default: that of the host)")
    show.add_argument("--expect-driver", metavar="VERSION",
                      help="exit 3 unless it has this driver, such as 580 or 580.95.05")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=_show)

    leases = verbs.add_parser(LEASES, help="who uses which GPU, and which nobody may use")
    leases.set_defaults(run=_leases)
    clear = verbs.add_parser(CLEAR, help="let a GPU be used again",
                             description="Let GPUs be used again whose last container or process "
                                         "could not be killed, once nothing of it is left.")
    clear.add_argument("uuids", nargs="+", metavar="UUID")
    clear.set_defaults(run=_clear)
    for verb in (leases, clear):
        verb.add_argument("--leases", type=Path, default=Path(lease.FOLDER), metavar="DIR",
                          help="the folder of leases (default: %(default)s)")


def _show(options) -> int:
    if options.fault and not options.simulate:
        raise Refused("'--fault' goes with '--simulate': real machines break by themselves")
    model_of = matrix.load(options.matrix).model_of if options.matrix else None
    if options.simulate:
        seen = node.simulated(options.simulate, options.fault, options.program, model_of,
                              name=options.name)
    else:
        told_of = settings.load(options.engines)
        engines = [_engine(name, options.program, told_of) for name in options.engine or ENGINES]
        seen = node.probe(engines, model_of, options.name)
    print(json.dumps(node.to_json(seen), indent=2) if options.json
          else _page(seen, bool(options.matrix)))
    if options.expect_driver:
        node.expect_driver(seen, options.expect_driver)
    return 0


def _leases(options) -> int:
    if not options.leases.is_dir():
        print(f"no GPU was ever leased in '{options.leases}'")
        return 0
    leases = Leases(options.leases)
    lines = [f"{name}  in use by {holder}" for name, holder in leases.holders().items()]
    lines += [f"{name}  not to be used: {why}" for name, why in leases.poisoned().items()]
    print("\n".join(_safe(line) for line in lines) or "no GPU is in use")
    return 0


def _clear(options) -> int:
    leases = Leases(options.leases)
    poisoned = leases.poisoned()
    if unknown := [uuid for uuid in options.uuids if uuid not in poisoned]:
        raise Refused(f"'{unknown[0]}' is not kept from use: "
                      f"{', '.join(poisoned) or 'no GPU is'}")
    for uuid in options.uuids:
        try:
            leases.clear(uuid)
        except OSError as error:
            raise Failed(f"cannot clear '{uuid}': {error.strerror.lower()}") from None
        print(f"'{uuid}' may be used again")
    return 0


def _engine(name, program, told_of):
    return make(name, program=program) if name == "local" else make(name, **told_of.get(name, {}))


def _page(seen, has_matrix):
    count = sum(not gpu.parent for gpu in seen.gpus)
    gpus = "1 GPU" if count == 1 else f"{count} GPUs"
    driver = f"driver {seen.driver}" if seen.driver else "no driver"
    cuda = f" (CUDA {seen.cuda_of_driver})" if seen.cuda_of_driver else ""
    told = f"  SIMULATED {seen.simulated}" if seen.simulated else ""
    lines = [_safe(f"{seen.name}  {driver}{cuda}  {gpus}  {seen.distro}, kernel {seen.kernel}, "
                   f"{seen.architecture}{told}")]
    lines += _table("gpu", [(str(gpu.index), gpu.uuid, gpu.pci_id, gpu.name,
                             gpu.model or ("not in the matrix" if has_matrix else ""),
                             "in MIG mode" if gpu.has_mig else "")
                            for gpu in seen.gpus])
    lines += _table("engine", [(engine.name, engine.version,
                                _toolkit(engine),
                                f"GPUs by {engine.injection or 'nothing'}")
                               for engine in seen.engines])
    lines += _table("problem", [(problem,) for problem in seen.problems])
    return "\n".join(lines)


def _toolkit(engine):
    if engine.name == "local":
        return ""
    return f"toolkit {engine.toolkit}" if engine.toolkit else "no toolkit"


def _table(title, rows):
    rows = [tuple(_safe(text) for text in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    padded = ("  ".join(text.ljust(width) for text, width in zip(row, widths)) for row in rows)
    return [f"  {title:8} {text}".rstrip() for text in padded]


def _safe(text):
    """Names come from a driver, or from whoever wrote a file: they steer no terminal."""
    return clean(text.encode(errors="replace")).replace("\n", " ")
