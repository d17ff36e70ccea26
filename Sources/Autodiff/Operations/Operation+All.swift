extension Operation {
    /// Every tensor function of the language that this module records; what has no tensor as its
    /// result (`item`, `toList`) and what needs models is `Runtime`'s.
    public static let all: [Operation] =
        creation + elementwise + reductions + shapes + indexing + linearAlgebra + attention
        + fourier + einops + convolutions + images

    /// The operation of this name.
    public static func named(_ name: String) -> Operation? { byName[name] }

    private static let byName: [String: Operation] = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
