import CSupport
import Glibc
import Synchronization

/// Which build of the float32 kernels runs: the same sources, compiled twice.
public enum KernelBuild: UInt8, CaseIterable, Sendable {
    /// The processor's minimum.
    case baseline
    /// AVX2 and FMA on x86-64; on others only fused multiply-add.
    case avx2

    /// The build in use: the best that the processor runs, unless `DLREPL_KERNELS` says `baseline` or `avx2`.
    public static var current: KernelBuild {
        KernelBuild(rawValue: selected.load(ordering: .relaxed)) ?? .baseline
    }

    /// Whether the processor can run it.
    public var isSupported: Bool { self == .baseline || support_has_avx2_fma() != 0 }

    /// Changes the build in use; for tests and benchmarks. A build that the processor cannot run is ignored.
    public static func select(_ build: KernelBuild) {
        guard build.isSupported else { return }
        selected.store(build.rawValue, ordering: .relaxed)
    }

    private static let selected = Atomic<UInt8>(initial.rawValue)

    private static var initial: KernelBuild {
        let best: KernelBuild = KernelBuild.avx2.isSupported ? .avx2 : .baseline
        guard let value = getenv("DLREPL_KERNELS") else { return best }
        return String(cString: value) == "baseline" ? .baseline : best
    }
}

/// Whether to call the second build; read before each kernel.
@inline(__always)
var usesAVX2: Bool { KernelBuild.current == .avx2 }
