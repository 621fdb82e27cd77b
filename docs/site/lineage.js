// Pointing at a box of the lineage shows what it is made from and what is made of it.
document.addEventListener("DOMContentLoaded", () => {
  for (const svg of document.querySelectorAll("svg.lineage")) {
    const nodes = [...svg.querySelectorAll(".node")];
    const above = new Map(nodes.map((node) => [node.dataset.name, new Set(node.dataset.up.split(" "))]));
    const paths = [...svg.querySelectorAll("path")];
    const show = (name) => {
      const on = new Set([...above.get(name), ...[...above.keys()].filter((each) => above.get(each).has(name))]);
      const isWay = (from, to) => (above.get(name).has(to) ? above.get(name).has(from) : on.has(to) && above.get(from).has(name));
      svg.classList.add("active");
      nodes.forEach((node) => node.classList.toggle("on", on.has(node.dataset.name)));
      paths.forEach((path) => path.classList.toggle("on", isWay(path.dataset.from, path.dataset.to)));
    };
    nodes.forEach((node) => {
      node.addEventListener("mouseenter", () => show(node.dataset.name));
      node.addEventListener("mouseleave", () => svg.classList.remove("active"));
    });
  }
});
