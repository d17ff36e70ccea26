import Kernels

// Functions over long texts and lists: each ends soon after ^C, as everything does
// (docs/decisions/0015-stopping-work.md). Work that can throw polls the machine; loops over bytes
// and characters ask a `WorkPoll` within the scope that `stoppable` opens.

extension Machine {
    /// What is shorter than this needs no scope.
    private static let longWork = 1 << 16

    /// Runs work over so many bytes or elements that leaves off where `WorkScope.shouldStop`.
    func stoppable<Result>(_ count: Int, _ body: () throws -> Result) throws -> Result {
        count < Self.longWork ? try body() : try session.interruptible(body)
    }

    /// A list of texts, made by work over so many bytes; what is there when it is stopped is rubbish.
    func stoppableList(_ count: Int, _ body: (inout [Value]) throws -> Void) throws -> Value {
        var items: [Value] = []
        do {
            try stoppable(count) { try body(&items) }
        } catch {
            Rubbish(&items, leaving: []).free()
            throw error
        }
        return .list(items)
    }

    /// A list made element by element.
    func list<Element>(
        of elements: some Sequence<Element>, _ make: (Element) throws -> Value
    ) throws -> Value {
        var items: [Value] = []
        items.reserveCapacity(elements.underestimatedCount)
        for element in elements {
            try poll()
            items.append(try make(element))
        }
        return .list(items)
    }

    /// The characters of a text, split once.
    func characters(of text: StringObject) throws -> [Unicode.Scalar] {
        if let known = text.scalars { return known }
        try requireMemory(text.text.utf8.count, elementsOf: MemoryLayout<Unicode.Scalar>.stride)
        let scalars = try stoppable(text.text.utf8.count) {
            var scalars: [Unicode.Scalar] = []
            scalars.reserveCapacity(text.text.utf8.count)
            var work = WorkPoll()
            for scalar in text.text.unicodeScalars {
                if work.shouldStop { break }
                scalars.append(scalar)
            }
            return scalars
        }
        text.scalars = scalars
        return scalars
    }

    /// A text of characters.
    func text(of scalars: some Collection<Unicode.Scalar>) throws -> String {
        try stoppable(scalars.count) {
            var view = String.UnicodeScalarView()
            view.reserveCapacity(scalars.count)
            var work = WorkPoll()
            for scalar in scalars {
                if work.shouldStop { break }
                view.append(scalar)
            }
            return String(view)
        }
    }
}

extension String {
    /// Pieces of about a megabyte, cut between code points, until the work is to stop.
    func eachPiece(_ body: (Substring) -> Void) {
        var start = startIndex
        while start < endIndex, !WorkScope.shouldStop {
            var end = utf8.index(start, offsetBy: 1 << 20, limitedBy: endIndex) ?? endIndex
            while end < endIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
            body(self[start..<end])
            start = end
        }
    }

    /// The text without white space at its ends.
    var trimmedSpace: Substring {
        var work = WorkPoll()
        let scalars = unicodeScalars
        var start = scalars.startIndex
        while start < scalars.endIndex, scalars[start].isSpace, !work.shouldStop {
            start = scalars.index(after: start)
        }
        var end = scalars.endIndex
        while end > start, !work.shouldStop {
            let before = scalars.index(before: end)
            guard scalars[before].isSpace else { break }
            end = before
        }
        return self[start..<end]
    }

    /// The parts between runs of white space, until the work is to stop.
    func eachWord(_ body: (Substring) throws -> Void) rethrows {
        var work = WorkPoll()
        var start: String.Index?
        var place = unicodeScalars.startIndex
        while place < unicodeScalars.endIndex, !work.shouldStop {
            let isSpace = unicodeScalars[place].isSpace
            if isSpace, let first = start {
                try body(self[first..<place])
                start = nil
            } else if !isSpace, start == nil {
                start = place
            }
            place = unicodeScalars.index(after: place)
        }
        if let start { try body(self[start...]) }
    }
}

extension Unicode.Scalar {
    /// White space as Unicode has it.
    fileprivate var isSpace: Bool {
        value < 128 ? value == 32 || (9...13).contains(value) : properties.isWhitespace
    }
}
