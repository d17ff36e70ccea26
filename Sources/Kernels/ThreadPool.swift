/// A stub to be replaced below.
public final class ThreadPool: Sendable {
    public static let shared = ThreadPool()
    public func parallel(_ chunks: Int, _ body: (Int) -> Void) {
        for chunk in 0..<chunks { body(chunk) }
    }
}
