import ArgumentParser
import CSupport
import Foundation

support_install_interrupt_handler()
if let evaluation = Evaluation.simple(CommandLine.arguments) { exit(evaluation.run()) }
if let code = Usage.complaint(CommandLine.arguments) { exit(code) }
do {
    var command = try DLRepl.parseAsRoot()
    try command.run()
} catch {
    guard DLRepl.exitCode(for: error) == .validationFailure else { DLRepl.exit(withError: error) }
    Console.error(DLRepl.fullMessage(for: error) + "\n")
    exit(Exit.usage.rawValue)
}
