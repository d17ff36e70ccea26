import Notebooks
import Testing

@Test("x") func x() { #expect(NotebookDocument(text: "", name: "a").cells.isEmpty) }
