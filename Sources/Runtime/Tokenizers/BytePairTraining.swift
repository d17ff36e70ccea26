import Tensors

/// Finds the merges of a byte pair encoding.
///
/// Pieces are counted first; then the most frequent pair is joined, again and again. A heap holds the pairs by their
/// counts; an entry whose count has changed since is put back with the new one, so that each merge only visits the
/// pieces that hold the pair. Of equally frequent pairs the smaller one is joined first: the result depends on the
/// texts alone.
struct BytePairTraining {
    private struct Piece {
        var parts: [Int]
        let count: Int
    }

    private var pieces: [Piece] = []
    private var counts: [TokenPair: Int] = [:]
    /// The pieces that hold a pair, or once did.
    private var holders: [TokenPair: [Int]] = [:]
    private var heap = PairHeap()

    init(texts: [String]) {
        var seen: [[UInt8]: Int] = [:]
        for text in texts {
            PieceScanner.scan(text[...]) { seen[$0, default: 0] += 1 }
        }
        let order = seen.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (piece, count) in order where piece.count > 1 {
            pieces.append(Piece(parts: piece.map { Int($0) }, count: count))
        }
        for (index, piece) in pieces.enumerated() {
            for place in 1..<piece.parts.count {
                change(TokenPair(piece.parts[place - 1], piece.parts[place]), by: piece.count, in: index)
            }
        }
        for (pair, count) in counts { heap.push(count, pair) }
    }

    private mutating func change(_ pair: TokenPair, by amount: Int, in piece: Int) {
        counts[pair, default: 0] += amount
        if amount > 0, holders[pair]?.last != piece { holders[pair, default: []].append(piece) }
    }

    /// At most `limit` merges: fewer if no pair is there twice.
    /// - Parameter isInterrupted: Asked before each merge.
    mutating func merges(_ limit: Int, isInterrupted: () -> Bool) throws -> [TokenPair] {
        var result: [TokenPair] = []
        while result.count < limit, let (count, pair) = heap.pop() {
            let current = counts[pair] ?? 0
            if current != count {
                if current > 1 { heap.push(current, pair) }
                continue
            }
            guard count > 1 else { break }
            if isInterrupted() { throw TensorError.interrupted }
            join(pair, to: 256 + result.count)
            result.append(pair)
        }
        return result
    }

    private mutating func join(_ pair: TokenPair, to token: Int) {
        var grown: Set<TokenPair> = []
        for index in holders.removeValue(forKey: pair) ?? [] {
            let old = pieces[index].parts
            let new = pair.joining(in: old, to: token)
            guard new.count < old.count else { continue }
            let count = pieces[index].count
            for place in 1..<old.count {
                counts[TokenPair(old[place - 1], old[place]), default: 0] -= count
            }
            for place in 1..<max(1, new.count) {
                let neighbours = TokenPair(new[place - 1], new[place])
                if neighbours.left == token || neighbours.right == token {
                    change(neighbours, by: count, in: index)
                    grown.insert(neighbours)
                } else {
                    counts[neighbours, default: 0] += count
                }
            }
            pieces[index].parts = new
        }
        counts[pair] = nil
        for pair in grown { heap.push(counts[pair] ?? 0, pair) }
    }
}

/// Pairs with the most frequent on top, of equal ones the smallest.
private struct PairHeap {
    private var items: [(count: Int, pair: TokenPair)] = []

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        items[one].count == items[other].count
            ? items[one].pair < items[other].pair : items[one].count > items[other].count
    }

    mutating func push(_ count: Int, _ pair: TokenPair) {
        items.append((count, pair))
        var child = items.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (count: Int, pair: TokenPair)? {
        guard let top = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return top }
        items[0] = last
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if precedes(child, first) { first = child }
            }
            if first == parent { return top }
            items.swapAt(parent, first)
            parent = first
        }
    }
}
