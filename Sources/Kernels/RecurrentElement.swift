import KernelsAVX2
import KernelsBaseline

/// The loops that a recurrent layer is made of, for one type of numbers.
struct RecurrentElement<T: BinaryFloatingPoint> {
    typealias Numbers = UnsafeMutablePointer<T>
    /// Rows of one sample and step, as `KernelsBaseline/RecurrentForward.swift` lists them; H.
    typealias RowLoop = (UnsafePointer<Numbers>, Int) -> Void

    /// b, n, k, row and column stride of b, strips of 16 columns.
    var pack: (Numbers, Int, Int, Int, Int, Numbers) -> Void
    /// a, strips, c; m, n, k, row strides of a and c; whether to add to c.
    var product: (Numbers, Numbers, Numbers, UnsafePointer<Int>, Bool) -> Void
    var forward: RowLoop
    var backward: RowLoop
}

/// The members of a tuple of one type as an array, without allocating one.
@inline(__always)
func withElements<Members, Element>(
    _ members: Members, as _: Element.Type, _ body: (UnsafePointer<Element>) -> Void
) {
    withUnsafeBytes(of: members) { bytes in
        // Never nil: a tuple has members.
        body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Element.self))
    }
}

extension RecurrentElement<Float> {
    static func float32(_ cell: Recurrence.Cell) -> RecurrentElement {
        usesAVX2 ? avx2(cell) : baseline(cell)
    }

    private static func avx2(_ cell: Recurrence.Cell) -> RecurrentElement {
        RecurrentElement(
            pack: { KernelsAVX2.packStrips($0, $1, $2, $3, $4, $5) },
            product: { KernelsAVX2.packedProduct($0, $1, $2, $3, $4 ? 1 : 0) },
            forward: choose(
                cell, KernelsAVX2.plainForwardRow, KernelsAVX2.lstmForwardRow,
                KernelsAVX2.gruForwardRow),
            backward: choose(
                cell, KernelsAVX2.plainBackwardRow, KernelsAVX2.lstmBackwardRow,
                KernelsAVX2.gruBackwardRow))
    }

    private static func baseline(_ cell: Recurrence.Cell) -> RecurrentElement {
        RecurrentElement(
            pack: { KernelsBaseline.packStrips($0, $1, $2, $3, $4, $5) },
            product: { KernelsBaseline.packedProduct($0, $1, $2, $3, $4 ? 1 : 0) },
            forward: choose(
                cell, KernelsBaseline.plainForwardRow, KernelsBaseline.lstmForwardRow,
                KernelsBaseline.gruForwardRow),
            backward: choose(
                cell, KernelsBaseline.plainBackwardRow, KernelsBaseline.lstmBackwardRow,
                KernelsBaseline.gruBackwardRow))
    }

    private static func choose(
        _ cell: Recurrence.Cell, _ plain: @escaping RowLoop, _ lstm: @escaping RowLoop,
        _ gru: @escaping RowLoop
    ) -> RowLoop {
        switch cell {
        case .plain: plain
        case .lstm: lstm
        case .gru: gru
        }
    }
}
