// How many columns of a terminal a character takes. Swift's standard library does not expose the
// property East_Asian_Width, so the wide blocks stand here as a table.
// Source: Unicode Standard Annex 11, "East Asian Width", classes W and F.

/// Ranges of scalars that are two columns wide, in ascending order.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF,
    0x1F200...0x1F2FF, 0x20000...0x3FFFD,
]

/// Columns that one character (grapheme cluster) takes in a terminal: 0, 1 or 2.
///
/// A cluster is as wide as its widest scalar: combining marks and joined emoji add nothing.
public func cellWidth(_ character: Character) -> Int {
    if character.isASCII { return 1 }
    var width = 0
    for scalar in character.unicodeScalars {
        if scalar == "\u{FE0F}" { return 2 }  // asks for the emoji form of what precedes
        width = max(width, cellWidth(scalar))
    }
    let isFlag = character.unicodeScalars.count == 2 && isRegionalIndicator(character)
    return isFlag ? 2 : width
}

private func isRegionalIndicator(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { (0x1F1E6...0x1F1FF).contains($0.value) }
}

private func cellWidth(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    var low = 0
    var high = wideRanges.count
    while low < high {
        let middle = (low + high) / 2
        if wideRanges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(scalar.value) ? 2 : 1
}

/// A character as it may be shown: control characters and the invisible marks that reorder text
/// are made visible, so that no source text can steer the terminal or disguise itself.
func displayed(_ character: Character) -> Character {
    // "\r\n" is one Character of two scalars.
    if character == "\r\n" || character == "\n" { return " " }
    guard let scalar = character.unicodeScalars.first else { return character }
    switch scalar.value {
    case 0..<0x20:
        return Unicode.Scalar(0x2400 + scalar.value).map(Character.init) ?? "\u{FFFD}"
    case 0x7F: return "\u{2421}"
    case 0x80..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: return "\u{FFFD}"
    default: return character
    }
}

/// A text of a message on one line, with nothing in it that steers a terminal.
func displayed(_ text: String) -> String {
    String(text.map(displayed))
}
