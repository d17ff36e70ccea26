import Formats

/// The table of `dlrepl data list`.
public enum DatasetList {
    /// A line per data set: name, what it holds, size, licence, and where it is or what gets it. Then how a set
    /// is opened.
    public static func lines(shipped: String, environment: [String: String]) -> [String] {
        let catalog = DatasetCatalog(
            directories: DatasetCatalog.directories(shipped: shipped, environment: environment))
        let rows =
            [["name", "holds", "size", "licence", "where"]]
            + catalog.entries.map { row($0, shipped: shipped) }
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            row.enumerated().map { column, text in
                column == 4 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: "  ")
        }
        return table
            + ["", "open samples with dataset(\"name\"), files with dataFile(\"name/file\")"]
            + catalog.problems.map { "problem: \($0)" }
    }

    private static func row(_ entry: DatasetEntry, shipped: String) -> [String] {
        let place: String
        if let folder = entry.filesFolder {
            place = folder.hasPrefix(shipped + "/") ? "shipped" : folder
        } else {
            place = entry.installation ?? "not installed"
        }
        return [
            entry.name, contents(entry.manifest), entry.bytes.map(size) ?? "",
            short(entry.manifest.licence), place,
        ]
    }

    /// `1,797 samples`, or the names of the files.
    private static func contents(_ manifest: DatasetManifest) -> String {
        if manifest.samples > 0 { return "\(grouped(manifest.samples)) samples" }
        let names = manifest.files.map { $0.isFolder ? $0.name + "/" : $0.name }
        let text = names.prefix(2).joined(separator: ", ")
        return names.count > 2 ? "\(text), … (\(names.count) files)" : text
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 10 << 20 ? "\(max(1, bytes >> 10)) kB" : "\(bytes >> 20) MB"
    }

    /// The licence's name without what is said about it.
    private static func short(_ licence: String) -> String {
        String(licence.prefix { $0 != "(" && $0 != ";" && $0 != "," })
            .trimmingSuffix { $0 == " " }
    }

    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ isDropped: (Character) -> Bool) -> String {
        var rest = self[...]
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return String(rest)
    }
}
