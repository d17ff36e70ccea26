import ArgumentParser
import Diagnostics
import Foundation

/// What is wrong with a command line before any command has read it.
enum Usage {
    /// Complains of a first word that is no command; `nil` if it is one, or an option.
    ///
    /// - Returns: the exit code.
    static func complaint(_ arguments: [String]) -> Int32? {
        guard let word = arguments.dropFirst().first, !word.hasPrefix("-") else { return nil }
        let commands = DLRepl.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard !commands.contains(word) else { return nil }
        var help = "`dlrepl --help` lists the commands"
        if let close = nearest(word, in: commands) { help = "did you mean `dlrepl \(close)`?" }
        if word.hasSuffix(".dln") || word.hasSuffix(".dl") { help = "write `dlrepl run \(word)`" }
        Console.error("dlrepl: there is no command `\(word)`\n  help: \(help)\n")
        return Exit.usage.rawValue
    }
}
