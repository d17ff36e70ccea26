public import Figures

/// Ways in which terminals show images within text.
public enum TerminalImage: String, CaseIterable, Sendable {
    case kitty, iTerm, sixel

    /// What the terminal understands, judging by its environment variables; nil if nothing is
    /// known. Inside tmux and screen nothing is sent, because they do not pass it on.
    public static func detect(_ environment: [String: String]) -> TerminalImage? {
        let term = environment["TERM"] ?? ""
        let program = environment["TERM_PROGRAM"] ?? ""
        if environment["TMUX"] != nil || term.hasPrefix("screen") || term.hasPrefix("tmux") {
            return nil
        }
        if environment["KITTY_WINDOW_ID"] != nil || ["xterm-kitty", "xterm-ghostty"].contains(term)
            || program == "ghostty"
        {
            return .kitty
        }
        if ["iTerm.app", "WezTerm", "mintty"].contains(program) { return .iTerm }
        if ["foot", "mlterm", "yaft", "contour"].contains(where: term.hasPrefix)
            || term.contains("sixel")
        {
            return .sixel
        }
        return nil
    }

    /// The escape sequence that shows a PNG file in kitty.
    public static func kittyImage(png: [UInt8]) -> String {
        let text = Base64.encoded(png)
        var result = ""
        var start = text.startIndex
        // The protocol limits a piece to 4096 characters.
        repeat {
            let end = text.index(start, offsetBy: 4096, limitedBy: text.endIndex) ?? text.endIndex
            let isFirst = start == text.startIndex
            let keys = (isFirst ? "f=100,a=T," : "") + "m=\(end == text.endIndex ? 0 : 1)"
            result += "\u{1B}_G\(keys);\(text[start..<end])\u{1B}\\"
            start = end
        } while start < text.endIndex
        return result
    }

    /// The escape sequence that shows a PNG file in iTerm2 and in those that follow it.
    public static func iTermImage(png: [UInt8]) -> String {
        "\u{1B}]1337;File=inline=1;size=\(png.count):\(Base64.encoded(png))\u{07}"
    }

    /// The escape sequence that shows pixels as sixels, with up to 255 colours.
    /// - Source: DEC, "VT330/VT340 Programmer Reference Manual", volume 2, chapter 14.
    public static func sixelImage(_ image: PixelImage) -> String { Sixels(image).text }
}

/// RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            word <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let isPadding = place > group.count
                let index = Int(word >> (18 - 6 * UInt32(place))) & 63
                result.append(isPadding ? UInt8(ascii: "=") : alphabet[index])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
