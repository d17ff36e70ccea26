import Diagnostics

extension ColonCommand {
    static let help = ColonCommand(
        name: "help", argument: .name, argumentHelp: "[NAME]",
        summary: "this list, or what a command or a name is",
        documentation: "`:help time` describes a command, `:help Dense` a name, as `?Dense` does."
    ) { state, argument in
        let name = argument.hasPrefix(":") ? String(argument.dropFirst()) : argument
        if name.isEmpty {
            state.screen.line(overview(state.screen))
        } else if let command = named(name), argument.hasPrefix(":") || command.name == name {
            state.screen.line(page(command, state.screen))
        } else {
            state.describe(name, showsSource: false)
        }
        return .stay
    }

    static let quit = ColonCommand(
        name: "quit", argument: nil, argumentHelp: "", summary: "leave; so does ^D",
        documentation: "Nothing is saved but the history; `:save FILE` keeps what was typed."
    ) { _, _ in .quit }

    private static func page(_ command: ColonCommand, _ screen: Screen) -> String {
        let text = MarkdownText(screen: screen, width: min(92, screen.width))
            .rendered(command.documentation)
        return "\(screen.styled(command.usage, .strong))   \(command.summary)\n\n\(text)"
    }

    private static func overview(_ screen: Screen) -> String {
        let page = DocumentationPage(screen: screen)
        let commands = all.map { ($0.usage, $0.summary) }
        let keys = [
            ("?name  ??name", "documentation, and the source of what is written in the language"),
            ("Tab", "complete names, members, labels, files and commands"),
            ("↑ ↓  ^R", "earlier entries, of earlier sessions too; search in them"),
            ("^C", "interrupt what runs, or drop the line; variables and weights stay"),
        ]
        let start = [
            ("let x = randn([3, 2])", "define a name; an expression alone is shown"),
            ("let net = Dense(10)", "make a model; then `fit(net, data, loss: crossEntropy)`"),
        ]
        return [
            screen.styled("Try", .strong), page.table(start), "",
            screen.styled("Keys", .strong), page.table(keys), "",
            screen.styled("Commands", .strong) + " (any beginning that is clear will do)",
            page.table(commands),
        ].joined(separator: "\n")
    }
}
