// One cdk8s chart an application, as its documentation does it: node build/main.js COUNT FOLDER [per-chart].
// objects.ts is generated: the objects of one application.

import { ApiObject, App, Chart, YamlOutputType } from "cdk8s";
import { objects } from "./objects";

const [count, outdir, layout] = process.argv.slice(2);
const app = new App({
  outdir,
  yamlOutputType:
    layout === "per-chart"
      ? YamlOutputType.FILE_PER_CHART
      : YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  recordConstructMetadata: false,
});
for (let number = 0; number < Number(count); number++) {
  const name = `made-up-${String(number).padStart(5, "0")}`;
  const chart = new Chart(app, name, { disableResourceNameHashes: true });
  objects(name).forEach((object, index) => new ApiObject(chart, String(index), object));
}
app.synth();
