import Diagnostics
public import Runtime

/// The states between the cells of a notebook that ran in a session, so that a cell can be run
/// again from what the cells above it left: models, optimizers and random streams included.
///
/// A state is a set of references, see `SessionSnapshot`.
public struct CellStates {
    /// What a cell was when it ran: all that its result depends on besides the state.
    private struct Ran: Equatable {
        var text: String
        var stream: String
        var isSkipped: Bool

        init(_ cell: Cell) {
            text = cell.source.text
            stream = cell.stream
            isSkipped = cell.attributes.isSkipped
        }
    }

    /// The seed and the parameters that the cells ran with.
    private let head: Head
    private var ran: [Ran] = []
    /// The state before each of them, and after the last.
    private var snapshots: [SessionSnapshot]

    private struct Head: Equatable {
        var seed: Int
        var parameters: [String]

        init(_ document: NotebookDocument) {
            seed = document.frontMatter.seed
            parameters = document.frontMatter.parameters.map { "\($0.name)=\($0.value.literal)" }
        }
    }

    /// - Parameter session: before the first cell, with seed and parameters set.
    public init(of document: NotebookDocument, in session: Session) {
        head = Head(document)
        snapshots = [session.snapshot()]
    }

    /// How many cells ran, from the top.
    public var count: Int { ran.count }

    /// How many cells, from the top, are in the notebook as they ran; `nil` if its seed or
    /// parameters are others, so that all has to begin anew.
    public func unchanged(in document: NotebookDocument) -> Int? {
        guard head == Head(document) else { return nil }
        return zip(ran, document.cells).prefix { $0 == Ran($1) }.count
    }

    /// Puts the session back to before the cell of an index, of those that ran or the next one,
    /// and forgets what came below.
    public mutating func restart(_ session: Session, at index: Int) {
        let index = max(0, min(index, ran.count))
        session.restore(snapshots[index])
        ran.removeSubrange(index...)
        snapshots.removeSubrange((index + 1)...)
    }

    /// Notes that the next cell has run, or was skipped.
    public mutating func add(_ cell: Cell, in session: Session) {
        ran.append(Ran(cell))
        snapshots.append(session.snapshot())
    }
}
