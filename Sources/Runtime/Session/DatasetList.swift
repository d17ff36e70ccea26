import Formats

/// The table of `dlrepl data list`.
public enum DatasetList {
    /// A line per data set: name, size, licence, and where it is or which package has it.
    public static func lines(shipped: String, environment: [String: String]) -> [String] {
        let catalog = DatasetCatalog(
            directories: DatasetCatalog.directories(shipped: shipped, environment: environment))
        var rows = [["name", "size", "licence", "where"]]
        for entry in catalog.entries {
            let place: String
            if let folder = entry.filesFolder {
                place = folder.hasPrefix(shipped) ? "shipped" : folder
            } else {
                place = entry.manifest.package.map { "package \($0)" } ?? "not installed"
            }
            rows.append([
                entry.name, entry.bytes.map { "\(max(1, $0 >> 10)) kB" } ?? "", entry.manifest.licence,
                place,
            ])
        }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                column == 3 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: "  ")
        } + catalog.problems.map { "problem: \($0)" }
    }
}
