/// What nobody wants any more, freed by another thread: to free millions of objects takes seconds, and ^C is not to
/// wait for it.
///
/// `@unchecked`, because what is held has no other owner: whoever makes one takes the value away from where it was,
/// and only the freeing touches it again. Not for objects that others still refer to, unless their end does nothing.
public final class Rubbish<Held>: @unchecked Sendable {
    private var held: Held?

    /// Takes the value away and leaves another.
    public init(_ held: inout Held, leaving rest: Held) {
        self.held = held
        held = rest
    }

    public func free() { Task.detached(priority: .utility) { self.held = nil } }
}
