// jsonnet --create-output-dirs --string --multi FOLDER --tla-code count=COUNT main.jsonnet
// objects.libsonnet is generated: a path and an object for each file of one application.

local files = import 'objects.libsonnet';

function(count) {
  [file.path]: std.manifestYamlDoc(file.object, quote_keys=false)
  for number in std.range(0, count - 1)
  for file in files('made-up-%05d' % number)
}
