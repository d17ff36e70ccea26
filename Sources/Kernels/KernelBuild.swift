import CSupport
import Glibc

/// Which build of the float32 kernels runs: the same sources, compiled twice.
public enum KernelBuild: UInt8, CaseIterable, Sendable {
    /// The processor's minimum.
    case baseline
    /// AVX2 and FMA on x86-64; on others only fused multiply-add.
    case avx2

    /// The build in use: the best that the processor runs, unless `DLREPL_KERNELS` says `baseline`
    /// or `avx2` or the calling thread is within `with`.
    public static var current: KernelBuild {
        let told = support_thread_build()
        return told == 0 ? usual : KernelBuild(rawValue: UInt8(told - 1)) ?? usual
    }

    /// Whether the processor can run it.
    public var isSupported: Bool { self == .baseline || support_has_avx2_fma() != 0 }

    /// Runs `body` with another build for the kernels that this thread calls; for tests and
    /// benchmarks. A build that the processor cannot run is ignored.
    public static func with<Result>(
        _ build: KernelBuild, _ body: () throws -> Result
    ) rethrows -> Result {
        let before = support_thread_build()
        defer { support_set_thread_build(before) }
        if build.isSupported { support_set_thread_build(Int32(build.rawValue) + 1) }
        return try body()
    }

    private static let usual = initial

    private static var initial: KernelBuild {
        let best: KernelBuild = KernelBuild.avx2.isSupported ? .avx2 : .baseline
        guard let value = getenv("DLREPL_KERNELS") else { return best }
        return String(cString: value) == "baseline" ? .baseline : best
    }
}

/// Whether to call the second build; read before each kernel.
@inline(__always)
var usesAVX2: Bool { KernelBuild.current == .avx2 }
