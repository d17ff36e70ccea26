import Figures

/// A figure: a value that nobody changes.
final class FigureObject {
    let figure: Figure

    init(_ figure: Figure) { self.figure = figure }
}
