import Diagnostics
public import Figures
public import Runtime

/// How a notebook is run.
public struct RunOptions {
    /// The parameters, overridden or not, in the order of the front matter.
    public var parameters: [NotebookParameter]
    /// Whether cells below a failed one run.
    public var continuesAfterError = false
    /// Seconds for the whole run.
    public var timeout: Double?
    /// Pixels per inch of the figures; 96 makes a pixel of each CSS pixel.
    public var dpi = 150.0
    /// The files to make of each figure.
    public var formats: [FigureFormat] = [.png]
    /// Whether figures that name no theme are drawn a second time, for a page that is read in the dark.
    public var drawsDark = false
    /// Draws the figures; without one cells show none.
    public var renderer: (any FigureRenderer)?
    /// Stored in the figures.
    public var version = ""
    /// The same: what tells the notebook from others that write to the folder; nothing if empty.
    public var origin = ""

    public init(parameters: [NotebookParameter]) { self.parameters = parameters }
}

/// What happens while a notebook runs, for those who watch.
public struct RunEvents {
    /// A cell starts.
    public var started: (Cell) -> Void = { _ in }
    /// A cell has printed a piece of text.
    public var printed: (String) -> Void = { _ in }
    /// A long run inside a cell has come further.
    public var progressed: (_ label: String, _ done: Int, _ total: Int, _ values: String) -> Void = {
        _, _, _, _ in
    }
    /// A cell is done.
    public var finished: (Cell, CellResult) -> Void = { _, _ in }

    public init() {}
}

/// How a run ended.
public enum RunEnding: Equatable, Sendable {
    case succeeded, failed, timedOut, interrupted
    /// A cell reached the memory budget.
    case outOfMemory
}

/// Runs the cells of a notebook from the top in one session.
public struct NotebookRunner {
    public let document: NotebookDocument
    public let session: Session
    public var options: RunOptions
    public var events = RunEvents()

    /// - Parameter session: a fresh one, whose seed is that of the notebook.
    public init(_ document: NotebookDocument, session: Session, options: RunOptions) {
        self.document = document
        self.session = session
        self.options = options
    }

    /// Runs every cell; what ran is in the results even if a cell fails.
    public func run() -> (results: [CellResult], ending: RunEnding) {
        let start = Session.now
        let end = options.timeout.map { start + $0 }
        var results: [CellResult] = []
        var ending = RunEnding.succeeded
        defineParameters()
        for cell in document.cells {
            let isStopped =
                ending == .interrupted || end.map { Session.now >= $0 } == true
                || (ending != .succeeded && !options.continuesAfterError)
            guard !cell.attributes.isSkipped, !isStopped else {
                results.append(CellResult(position: cell.position, status: .skipped))
                continue
            }
            events.started(cell)
            let (result, outcome) = run(cell, until: end)
            results.append(result)
            events.finished(cell, result)
            switch outcome {
            case .interrupted: ending = .interrupted
            case .timedOut: ending = .timedOut
            case .outOfMemory where result.status == .failed: ending = .outOfMemory
            case .succeeded, .failed, .rejected, .outOfMemory:
                if result.status == .failed, ending == .succeeded { ending = .failed }
            }
        }
        return (results, ending)
    }

    /// Parameters are `let`s before the first cell.
    private func defineParameters() {
        guard !options.parameters.isEmpty else { return }
        let text = options.parameters.map { "let \($0.name) = \($0.value.literal)" }
            .joined(separator: "\n")
        _ = session.run(SourceText(name: "parameters", text: text), stream: "parameters")
    }

    private func run(_ cell: Cell, until end: Double?) -> (CellResult, CellOutcome.Ending) {
        let output = CappedText()
        session.output = {
            output.append($0)
            events.printed($0)
        }
        session.progressEnded = {
            output.append($0 + "\n")
            events.printed($0 + "\n")
        }
        session.progressChanged = events.progressed
        let limit = cell.attributes.timeout.map { Session.now + $0.inSeconds }
        session.deadline = [limit, end].compactMap { $0 }.min()
        let ownLimit = session.deadline == limit ? cell.attributes.timeout : nil
        let clock = ContinuousClock.now
        let outcome = session.run(cell.source, stream: cell.stream)
        session.deadline = nil
        for notice in outcome.notices {
            let text = render(notice, as: .plain) + "\n"
            output.append(text)
            events.printed(text)
        }
        var result = CellResult(
            position: cell.position, status: .ran, printed: output.text, value: outcome.value)
        result.duration = ContinuousClock.now - clock
        describe(outcome, of: cell, ownLimit, in: &result)
        if let figure = outcome.figure { draw(figure, of: cell, in: &result) }
        // `fit` answers ^C by itself, but the run was meant.
        return (result, outcome.wasInterrupted ? .interrupted : outcome.ending)
    }

    private func describe(
        _ outcome: CellOutcome, of cell: Cell, _ ownLimit: Duration?, in result: inout CellResult
    ) {
        let errors = outcome.diagnostics.filter { $0.severity == .error }
        let interruption = Diagnostic(id: "run.interrupted", "\(cell.label) was interrupted")
        switch outcome.ending {
        // `fit` ends well after ^C, but its output is not that of the cell.
        case .succeeded where outcome.wasInterrupted: fail(&result, [interruption])
        case .succeeded:
            if cell.attributes.expectsError {
                fail(&result, [
                    Diagnostic(
                        id: "cell.expectError",
                        "\(cell.label) was meant to fail (`expect-error`) and did not")
                ])
            }
        case .rejected, .failed, .outOfMemory:
            fail(&result, errors.map { document.explained($0, in: cell) })
            if cell.attributes.expectsError { result.status = .failedAsExpected }
        case .interrupted: fail(&result, [interruption])
        case .timedOut:
            let limit = ownLimit.map { TimeOut.Limit.cell($0) } ?? .run(options.timeout ?? 0)
            fail(&result, [TimeOut(limit: limit).diagnostic(of: cell.label, at: outcome.place)])
        }
    }

    private func fail(_ result: inout CellResult, _ diagnostics: [Diagnostic]) {
        result.status = .failed
        result.error = CellError(
            message: diagnostics.first?.message ?? "failed",
            text: diagnostics.map { render($0, as: .plain) }.joined(separator: "\n"),
            html: diagnostics.map { render($0, as: .html) }.joined(separator: "\n"),
            storedText: diagnostics.map { render($0.countedInCells, as: .plain) }.joined(separator: "\n"))
    }

    private func draw(_ figure: Figure, of cell: Cell, in result: inout CellResult) {
        guard let renderer = options.renderer else { return }
        let sized = figure.sized(
            width: cell.attributes.width.map(Double.init),
            height: cell.attributes.height.map(Double.init))
        do {
            let origin = options.origin.isEmpty ? [] : [("origin", options.origin)]
            let metadata = [
                ("notebook", document.name), ("cell", cell.name ?? String(cell.position)),
                ("seed", String(document.frontMatter.seed)), ("version", options.version),
            ] + origin
            for format in options.formats {
                func render(_ figure: Figure) throws -> [UInt8] {
                    try renderer.render(figure, format: format, dpi: options.dpi, metadata: metadata)
                }
                let bytes = try render(sized)
                let dark = options.drawsDark ? try render(sized.themedByDefault(.dark)) : bytes
                result.figures.append(
                    CellFigure(
                        fileName: "\(cell.fileStem).\(format.rawValue)", bytes: bytes,
                        darkBytes: dark == bytes ? nil : dark,
                        width: Int(sized.size.width.rounded()),
                        height: Int(sized.size.height.rounded())))
            }
        } catch {
            fail(&result, [Diagnostic(id: "figure.renderer", "\(error)")])
        }
    }
}

extension Cell {
    /// What its random stream is derived from: its name, or its place among the unnamed cells.
    public var stream: String { name ?? "#\(unnamedPosition ?? position)" }
}

extension Duration {
    /// The duration in seconds.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
