// Refuses imports that lead back to where they stand, those of types alone included.
export default {
  meta: { type: "problem", schema: [], messages: { circle: "This import is a circle: {{way}}." } },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const types = program.getTypeChecker();
    const modulesAt = (place) =>
      (types.getSymbolAtLocation(place)?.declarations ?? []).filter(
        ({ isDeclarationFile }) => isDeclarationFile === false,
      );
    const importedBy = (file) =>
      file.statements.flatMap(({ moduleSpecifier }) =>
        moduleSpecifier ? modulesAt(moduleSpecifier) : [],
      );

    // The shortest way from one file to another.
    const way = (from, to) => {
      const ways = from.map((file) => [file]);
      const seen = new Set(from);
      for (const files of ways) {
        if (files.at(-1) === to) return files;
        for (const next of importedBy(files.at(-1))) {
          if (!seen.has(next)) ways.push([...files, next]);
          seen.add(next);
        }
      }
      return null;
    };

    return {
      ":matches(ImportDeclaration, ExportAllDeclaration, ExportNamedDeclaration)[source]"(node) {
        const place = esTreeNodeToTSNodeMap.get(node.source);
        const files = way(modulesAt(place), place.getSourceFile());
        if (!files) return;
        const names = files.map(({ fileName }) => fileName.split("/").at(-1));
        context.report({ node, messageId: "circle", data: { way: names.join(", ") } });
      },
    };
  },
};
