import ArgumentParser
import Foundation
import Runtime

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Data sets.", subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The data sets that are shipped, installed or known.")

        func run() throws {
            try onInterpreterThread {
                let installation = try Installation.find()
                for line in DatasetList.lines(
                    shipped: installation.data,
                    environment: ProcessInfo.processInfo.environment)
                {
                    Console.write(line + "\n")
                }
                return .success
            }
        }
    }
}
