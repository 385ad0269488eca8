# SPDX-License-Identifier: Apache-2.0
"""What NVIDIA's images for Ubuntu 22.04 on x86_64 set and hold, per release of CUDA, as far as
stand-ins of them copy it. Read from dist/<version>/ubuntu2204/{base,runtime,devel}/Dockerfile of
NVIDIA's repository "container-images/cuda"; releases of libraries from the packages named there.
"""

from dataclasses import dataclass

VARIANTS = ("base", "runtime", "devel")
LABELS = {"maintainer": "NVIDIA CORPORATION <cudatools@nvidia.com>"}
ENTRYPOINT = "/opt/nvidia/nvidia_entrypoint.sh"
UBUNTU_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Release:
    """`has` is what our copy holds instead of what the image has, where they differ; `loader` is what
    /etc/ld.so.conf.d/nvidia.conf names, `library_path` is LD_LIBRARY_PATH."""

    version: str
    cudart: str
    cublas: str
    nccl: str
    nvrtc: str
    nvml: str
    compat: str
    packages: dict
    branches: tuple
    brands: tuple
    loader: tuple
    library_path: str
    has: dict

    @property
    def short(self):
        return ".".join(self.version.split(".")[:2])

    @property
    def major(self):
        return self.version.split(".")[0]

    def holds(self, what):
        """The release of a library in our copy."""
        return self.has.get(what) or getattr(self, what)

    def requirement(self):
        """NVIDIA_REQUIRE_CUDA: the driver of this toolkit, or a branch for which cuda-compat is there."""
        return " ".join([f"cuda>={self.short}",
                         *(f"brand={brand},driver>={branch},driver<{branch + 1}"
                           for branch in self.branches for brand in self.brands)])

    def environment(self, variant):
        """All that a variant has, in the order of the Dockerfiles."""
        made = {"NVARCH": "x86_64", "NVIDIA_REQUIRE_CUDA": self.requirement(),
                "NV_CUDA_CUDART_VERSION": f"{self.cudart}-1", **self.packages["base"],
                "CUDA_VERSION": self.version,
                "PATH": f"/usr/local/nvidia/bin:/usr/local/cuda/bin:{UBUNTU_PATH}",
                "LD_LIBRARY_PATH": self.library_path, "NVIDIA_VISIBLE_DEVICES": "all",
                "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
        if variant == "base":
            return made
        suffix = self.short.replace(".", "-")
        made.update({"NV_CUDA_LIB_VERSION": f"{self.version}-1", **self.packages["runtime"],
                     **self._library("LIBCUBLAS", f"libcublas-{suffix}", self.cublas, ""),
                     **self._library("LIBNCCL", "libnccl2", self.nccl, f"+cuda{self.short}"),
                     "NVIDIA_PRODUCT_NAME": "CUDA"})
        if variant == "runtime":
            return made
        made.update({"NV_CUDA_CUDART_DEV_VERSION": f"{self.cudart}-1",
                     "NV_NVML_DEV_VERSION": f"{self.nvml}-1", **self.packages["devel"],
                     **self._library("LIBCUBLAS_DEV", f"libcublas-dev-{suffix}", self.cublas, ""),
                     **self._library("LIBNCCL_DEV", "libnccl-dev", self.nccl, f"+cuda{self.short}"),
                     "LIBRARY_PATH": "/usr/local/cuda/lib64/stubs"})
        return made

    @staticmethod
    def _library(name, package, release, suffix):
        made = {f"NV_{name}_PACKAGE_NAME": package}
        if "NCCL" in name:
            made.update({f"NV_{name}_PACKAGE_VERSION": f"{release}-1", "NCCL_VERSION": f"{release}-1"})
        else:
            made[f"NV_{name}_VERSION"] = f"{release}-1"
        made[f"NV_{name}_PACKAGE"] = f"{package}={release}-1{suffix}"
        return made


RELEASES = {one.short: one for one in (
    # dist/12.4.1; cuda-compat-12-4 is the driver that CUDA 12.4 Update 1 came with.
    Release(
        version="12.4.1", cudart="12.4.127", cublas="12.4.5.8", nccl="2.21.5", nvrtc="12.4.127",
        nvml="12.4.127", compat="550.54.15",
        packages={
            "base": {"NV_CUDA_COMPAT_PACKAGE": "cuda-compat-12-4"},
            "runtime": {"NV_NVTX_VERSION": "12.4.127-1", "NV_LIBNPP_VERSION": "12.2.5.30-1",
                        "NV_LIBNPP_PACKAGE": "libnpp-12-4=12.2.5.30-1",
                        "NV_LIBCUSPARSE_VERSION": "12.3.1.170-1"},
            "devel": {"NV_LIBCUSPARSE_DEV_VERSION": "12.3.1.170-1",
                      "NV_LIBNPP_DEV_VERSION": "12.2.5.30-1",
                      "NV_LIBNPP_DEV_PACKAGE": "libnpp-dev-12-4=12.2.5.30-1",
                      "NV_CUDA_NSIGHT_COMPUTE_VERSION": "12.4.1-1",
                      "NV_CUDA_NSIGHT_COMPUTE_DEV_PACKAGE": "cuda-nsight-compute-12-4=12.4.1-1",
                      "NV_NVPROF_VERSION": "12.4.127-1",
                      "NV_NVPROF_DEV_PACKAGE": "cuda-nvprof-12-4=12.4.127-1"}},
        branches=(470, 525, 535),
        brands=("tesla", "unknown", "nvidia", "nvidiartx", "geforce", "geforcertx", "quadro",
                "quadrortx", "titan", "titanrtx"),
        loader=("/usr/local/nvidia/lib", "/usr/local/nvidia/lib64"),
        library_path="/usr/local/nvidia/lib:/usr/local/nvidia/lib64", has={}),
    # dist/13.0.0; cuda-compat-13-0 is the driver that CUDA 13.0 came with.
    Release(
        version="13.0.0", cudart="13.0.48", cublas="13.0.0.19", nccl="2.27.7", nvrtc="13.0.48",
        nvml="13.0.39", compat="580.65.06",
        packages={
            "base": {},
            "runtime": {"NV_NVTX_VERSION": "13.0.39-1", "NV_LIBNPP_VERSION": "13.0.0.50-1",
                        "NV_LIBNPP_PACKAGE": "libnpp-13-0=13.0.0.50-1",
                        "NV_LIBCUSPARSE_VERSION": "12.6.2.49-1"},
            "devel": {"NV_LIBCUSPARSE_DEV_VERSION": "12.6.2.49-1",
                      "NV_LIBNPP_DEV_VERSION": "13.0.0.50-1",
                      "NV_LIBNPP_DEV_PACKAGE": "libnpp-dev-13-0=13.0.0.50-1",
                      "NV_CUDA_NSIGHT_COMPUTE_VERSION": "13.0.0-1",
                      "NV_CUDA_NSIGHT_COMPUTE_DEV_PACKAGE": "cuda-nsight-compute-13-0=13.0.0-1"}},
        branches=(535, 550, 565, 570, 575),
        brands=("unknown", "grid", "tesla", "nvidia", "quadro", "quadrortx", "nvidiartx", "vapps",
                "vpc", "vcs", "vws", "cloudgaming"),
        loader=("/usr/local/cuda/lib64",),
        library_path="/usr/local/nvidia/lib:/usr/local/nvidia/lib64:/usr/local/cuda/lib64",
        has={"cudart": "13.0.96", "cublas": "13.1.0.3", "nccl": "2.28.9", "nvrtc": "13.0.88"}),
)}
