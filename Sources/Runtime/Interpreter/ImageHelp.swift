import Tensors

/// Help for images and series that lack an axis or have them in another order.
enum ImageHelp {
    private static let images: Set<String> = ["conv2d", "convTranspose2d", "resize"]
    private static let series: Set<String> = ["conv1d", "convTranspose1d"]

    static func isConvolution(_ operation: String) -> Bool {
        operation != "resize" && (images.contains(operation) || series.contains(operation))
    }

    /// For input that lacks the batch, or batch and channels.
    static func axes(_ operation: String, _ shape: Shape) -> String? {
        let wanted: Int
        switch operation {
        case _ where images.contains(operation): wanted = 4
        case _ where series.contains(operation): wanted = 3
        case "maxPool", "avgPool": wanted = 4
        default: return nil
        }
        if shape.rank == wanted - 1 { return "for a batch of one, write `x[newaxis]`" }
        if shape.rank == wanted - 2 {
            return "for a batch of one with one channel, write `x[newaxis, newaxis]`"
        }
        return nil
    }

    /// For channels on the last axis, where other frameworks have them.
    static func order(_ x: [Int], _ kernels: [Int]) -> String? {
        guard x.count == kernels.count, x.count >= 3, let last = x.last, last != x[1],
            last == kernels[1] || last == kernels[0]
        else { return nil }
        return x.count == 4
            ? "channels come before the pixels: `rearrange(x, \"n h w c -> n c h w\")`"
            : "channels come before time: write `x.mT`"
    }
}
