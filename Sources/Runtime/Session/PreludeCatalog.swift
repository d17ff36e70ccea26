import Formats

/// The files of the prelude by the names that they define: `layers/Dense.dl` defines `Dense`.
struct PreludeCatalog {
    let folder: String
    private let paths: [String: String]

    init(folder library: String) {
        self.folder = library + "/prelude"
        var paths: [String: String] = [:]
        for kind in FileAccess.names(in: folder) {
            for file in FileAccess.names(in: "\(folder)/\(kind)") where file.hasSuffix(".dl") {
                paths[String(file.dropLast(3))] = "\(folder)/\(kind)/\(file)"
            }
        }
        self.paths = paths
    }

    func path(of name: String) -> String? { paths[name] }

    var names: [String] { paths.keys.sorted() }
}
