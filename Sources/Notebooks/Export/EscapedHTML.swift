/// A text with the characters replaced that mean something in HTML and XML. What those cannot
/// hold (control characters) becomes U+FFFD.
public func escapedHTML(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\n", "\t": result.unicodeScalars.append(scalar)
        case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += "\u{fffd}"
        case _: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
