import ArgumentParser
import CSupport
import Foundation

support_install_interrupt_handler()
if let evaluation = Evaluation.simple(CommandLine.arguments) { exit(evaluation.run()) }
DLRepl.main()
