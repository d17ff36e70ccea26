import Figures
import Foundation
import Testing

@testable import Drawing

@Suite("Images in terminals")
struct TerminalImageTests {
    @Test("the environment tells what a terminal understands")
    func detection() {
        let cases: [([String: String], TerminalImage?)] = [
            (["TERM": "xterm-kitty"], .kitty),
            (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], .kitty),
            (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .iTerm),
            (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], .iTerm),
            (["TERM": "foot"], .sixel), (["TERM": "xterm-sixel"], .sixel),
            (["TERM": "xterm-256color"], nil), ([:], nil), (["TERM": "dumb"], nil),
            (["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], nil),
            (["TERM": "xterm-kitty", "TMUX": "/tmp/t,1,0"], nil),
        ]
        for (environment, expected) in cases {
            #expect(TerminalImage.detect(environment) == expected, "\(environment)")
        }
    }

    @Test("base64 as in RFC 4648, section 10")
    func base64() {
        let cases = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, encoded) in cases { #expect(Base64.encoded(Array(plain.utf8)) == encoded) }
    }

    @Test("kitty gets pieces of 4096 characters, the last one marked")
    func kitty() {
        #expect(TerminalImage.kittyImage(png: [1, 2, 3]) == "\u{1B}_Gf=100,a=T,m=0;AQID\u{1B}\\")
        let long = TerminalImage.kittyImage(png: Array(repeating: 0, count: 3072 + 3))
        let pieces = long.components(separatedBy: "\u{1B}_G")
        #expect(pieces.count == 3)
        #expect(pieces[1].hasPrefix("f=100,a=T,m=1;AAAA") && pieces[2] == "m=0;AAAA\u{1B}\\")
    }

    @Test("iTerm2 gets the size and the file")
    func iTerm() {
        #expect(
            TerminalImage.iTermImage(png: [1, 2, 3])
                == "\u{1B}]1337;File=inline=1;size=3:AQID\u{07}")
    }

    @Test("sixels name each colour and draw bands of six rows")
    func sixel() throws {
        let red = PixelImage(width: 5, height: 7, filledWith: Color(1, 0, 0))
        #expect(
            TerminalImage.sixelImage(red)
                == "\u{1B}Pq\"1;1;5;7#0;2;100;0;0#0!5~-#0!5@-\u{1B}\\")
        let two = try #require(
            PixelImage(width: 2, height: 1, bytes: [255, 255, 255, 255, 0, 0, 0, 255]))
        #expect(
            TerminalImage.sixelImage(two)
                == "\u{1B}Pq\"1;1;2;1#0;2;0;0;0#1;2;100;100;100#0?@$#1@?-\u{1B}\\")
    }

    @Test("images of many colours keep 255 of them")
    func manyColors() throws {
        var bytes: [UInt8] = []
        for index in 0..<64 * 64 {
            let (column, row) = (index % 64, index / 64)
            bytes += [UInt8(column * 4), UInt8(row * 4), UInt8(index % 7 * 36), 255]
        }
        let image = try #require(PixelImage(width: 64, height: 64, bytes: bytes))
        let text = TerminalImage.sixelImage(image)
        #expect(text.contains("#254;2;") && !text.contains("#255;2;"))
    }
}
