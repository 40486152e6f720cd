import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { helm, kustomizeFile, onlyInProduction, PLACEHOLDER, ROOT, resources, withoutHelm } from "./render.js";

// Writes what Kustomize has in common with the chart: `npm run deploy:generate`.
writeFileSync(join(ROOT, "deploy/kustomize/base/parley.yaml"), kustomizeFile(withoutHelm(resources(helm()))));
writeFileSync(join(ROOT, "deploy/kustomize/overlays/prod/scaling.yaml"), kustomizeFile(onlyInProduction(PLACEHOLDER)));
