import ArgumentParser
import Drawing
import Foundation
import Kernels
import Runtime
import Tensors

/// Options of every command that runs programs.
struct SessionOptions: ParsableArguments {
    @Option(help: "Memory for tensors: 2G, 500M (default: three quarters of the machine's).")
    var memory: String?

    @Option(help: "Threads to compute on (default: the processors; also DLREPL_THREADS).")
    var threads: Int?

    @Option(name: .customLong("allow-read"), help: "A folder that programs may read besides their own.")
    var readable: [String] = []

    @Option(name: .customLong("allow-write"), help: "A folder that programs may write besides their own.")
    var writable: [String] = []

    var settings: SessionSettings {
        SessionSettings(
            memory: memory, threads: threads, readable: readable, writable: writable)
    }

    /// Sets what holds for the whole process.
    func apply() throws { try settings.apply() }

    func configuration(_ installation: Installation, folder: String) -> SessionConfiguration {
        settings.configuration(installation, folder: folder)
    }

    /// `2G`, `500M`, `1048576`.
    static func bytes(_ text: String) throws -> Int { try SessionSettings.bytes(text) }
}

/// The same as plain values.
struct SessionSettings: Sendable {
    var memory: String?
    var threads: Int?
    var readable: [String] = []
    var writable: [String] = []

    /// Sets what holds for the whole process.
    func apply() throws {
        let environment = ProcessInfo.processInfo.environment
        if let count = threads ?? environment["DLREPL_THREADS"].flatMap(Int.init) {
            guard (1...1024).contains(count) else { throw Problem("--threads takes 1 to 1024") }
            ThreadPool.shared.setThreads(count)
        }
        MemoryBudget.process.setLimit(try memory.map(Self.bytes) ?? Self.defaultMemory)
    }

    func configuration(_ installation: Installation, folder: String) -> SessionConfiguration {
        var configuration = SessionConfiguration(
            standardLibrary: installation.standardLibrary, data: installation.data, folder: folder)
        configuration.environment = ProcessInfo.processInfo.environment
        configuration.replaysSteps = configuration.environment["DLREPL_REPLAY"] != "0"
        configuration.readable = readable
        configuration.writable = writable
        configuration.renderer = CairoRenderer()
        return configuration
    }

    /// `2G`, `500M`, `1048576`.
    static func bytes(_ text: String) throws -> Int {
        let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
        var digits = text.uppercased()
        var unit = 1.0
        if let last = digits.last, let factor = units[last] {
            unit = factor
            digits.removeLast()
        }
        guard let number = Double(digits), number > 0, number * unit < 1e18 else {
            throw Problem("--memory takes a size such as 2G, not \(text)")
        }
        return Int(number * unit)
    }

    /// Three quarters of the machine's memory, or of the control group's limit.
    private static var defaultMemory: Int {
        var total = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        if let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8),
            let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            total = min(total, limit)
        }
        return total / 4 * 3
    }
}
