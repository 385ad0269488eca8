# SPDX-License-Identifier: Apache-2.0
"""A program of its own that asks NVML and prints JSON: `nvml.py gpus`, `nvml.py processes UUID...`.
A driver that is out of order may keep whoever asks it for ever, and then only a process can be left
behind. It uses nothing of this package, and answers {"error": word, "text": text} where it cannot.
"""

import json
import sys

# What is shown instead of the names of NVML's constants: who has to act is not the same.
WORDS = {9: "driver-not-loaded", 12: "library-not-found", 18: "versions-differ"}


def text(value):
    """Older versions of the package give bytes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def asked(call, *words, otherwise=None):
    """The answer; `otherwise` where this GPU, driver or package has none."""
    try:
        return text(call(*words))
    except Exception as error:
        # The package has an exception of its own for functions that a driver lacks, no NVMLError.
        if type(error).__name__.startswith("NVML"):
            return otherwise
        raise


def start(nvml):
    try:
        nvml.nvmlInit()
    except nvml.NVMLError_FunctionNotFound:
        # The package calls what drivers before branch 396 do not have.
        code = nvml.nvmlLib.nvmlInit_v2()
        if code != 0:
            raise nvml.NVMLError(code) from None


def instances(nvml, handle):
    """Of a GPU in MIG mode, as many as it has."""
    count = asked(nvml.nvmlDeviceGetMaxMigDeviceCount, handle, otherwise=0)
    handles = [asked(nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, index)
               for index in range(count)]
    return [{"uuid": asked(nvml.nvmlDeviceGetUUID, one, otherwise=""),
             "name": asked(nvml.nvmlDeviceGetName, one, otherwise="")}
            for one in handles if one is not None]


def gpu(nvml, index):
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except nvml.NVMLError as error:
        # Which this process may not use is somebody else's, and may be well.
        return {"index": index, "error": str(error),
                "is_withheld": error.value == nvml.NVML_ERROR_NO_PERMISSION}
    pci = asked(nvml.nvmlDeviceGetPciInfo, handle)
    capability = asked(nvml.nvmlDeviceGetCudaComputeCapability, handle)
    mode = asked(nvml.nvmlDeviceGetMigMode, handle, otherwise=(0, 0))
    return {"index": index, "uuid": asked(nvml.nvmlDeviceGetUUID, handle, otherwise=""),
            "name": asked(nvml.nvmlDeviceGetName, handle, otherwise=""),
            "pci_id": f"{pci.domain:04x}:{pci.bus:02x}:{pci.device:02x}.0" if pci else "",
            "device_id": f"0x{pci.pciDeviceId >> 16:04x}" if pci else "",
            "compute_capability": "{}.{}".format(*capability) if capability else "",
            "has_mig": mode[0] == 1, "instances": instances(nvml, handle) if mode[0] == 1 else []}


def gpus(nvml):
    number = asked(nvml.nvmlSystemGetCudaDriverVersion_v2)
    return {"driver": asked(nvml.nvmlSystemGetDriverVersion),
            "cuda": f"{number // 1000}.{number % 1000 // 10}" if number else None,
            "gpus": [gpu(nvml, index) for index in range(nvml.nvmlDeviceGetCount())]}


def processes(nvml, uuids):
    """Those that compute. Who draws is not asked for: a desktop is there every night."""
    found = {}
    for uuid in uuids:
        try:
            handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
            rows = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
        except Exception as error:
            if not type(error).__name__.startswith("NVML"):
                raise
            found[uuid] = {"error": str(error)}
            continue
        rows += asked(nvml.nvmlDeviceGetMPSComputeRunningProcesses, handle, otherwise=[])
        found[uuid] = {"pids": sorted({row.pid for row in rows})}
    return found


def main(words):
    try:
        import pynvml
    except ImportError as error:
        return {"error": "package-missing", "text": f"nvidia-ml-py: {error}"}
    try:
        start(pynvml)
        return gpus(pynvml) if words[0] == "gpus" else processes(pynvml, words[1:])
    except pynvml.NVMLError as error:
        return {"error": WORDS.get(error.value, "failed"), "text": str(error)}


if __name__ == "__main__":
    json.dump(main(sys.argv[1:]), sys.stdout)
