extension Machine {
    /// `xs += [x]`, without a list of the one.
    func append(_ element: Value, to target: UnsafeMutablePointer<Value>) throws {
        guard case .list(var list) = target.pointee else {
            let addition = Value.list([element])
            if try appendInPlace(target, addition) { return }
            target.pointee = try binary(.add, target.pointee, addition)
            return
        }
        if list.items.count == list.items.capacity { try requireMemory(2 * list.items.count) }
        target.pointee = .none
        if !isKnownUniquelyReferenced(&list) { list = ListObject(list.items) }
        list.items.append(element)
        target.pointee = .list(list)
    }

    /// `xs += ys` on a variable that holds a list or a text: amortised O(1) an element where nobody else refers to it.
    ///
    /// - Returns: `false` for other values, of which nothing was done.
    func appendInPlace(_ target: UnsafeMutablePointer<Value>, _ right: Value) throws -> Bool {
        if case .list(var list) = target.pointee {
            guard case .list(let other) = right else {
                if right.isOpen {
                    target.pointee = try openBinary(.add, target.pointee, right)
                    return true
                }
                throw OperatorFailures.mismatch(
                    "+=", target.pointee, right, help: "append one element with `+= [x]`")
            }
            let items = other.items
            let count = list.items.count + items.count
            // An array that grows takes twice its size and is copied.
            if count > list.items.capacity { try requireMemory(2 * count) }
            target.pointee = .none
            if !isKnownUniquelyReferenced(&list) { list = ListObject(list.items) }
            list.items.append(contentsOf: items)
            target.pointee = .list(list)
            return true
        }
        if case .string(var text) = target.pointee, case .string(let other) = right {
            let added = other.text
            let before = text.text.utf8.count
            let count = before + added.utf8.count
            // A text has no capacity to ask for: it grows where its size passes a power of two.
            if count.leadingZeroBitCount < before.leadingZeroBitCount { try requireMemory(2 * count, elementsOf: 1) }
            target.pointee = .none
            if text.isTable || !isKnownUniquelyReferenced(&text) {
                // It is there still if there is no room for another.
                target.pointee = .string(text)
                try requireMemory(count, elementsOf: 1)
                text = StringObject(text.text)
            }
            text.append(added)
            target.pointee = .string(text)
            return true
        }
        return false
    }
}
