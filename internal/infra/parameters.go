package infra

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// A Parameter is one of the root template.
type Parameter struct {
	Name, Default, Description string
}

// Parameters lists those of template.yaml in the folder, and refuses one that
// somebody would have to know.
func Parameters(folder string) (all []Parameter, err error) {
	template, err := read(filepath.Join(folder, "template.yaml"))
	if err != nil {
		return nil, err
	}
	declared, _ := template["Parameters"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		p := Parameter{Name: name}
		value, safe := at(declared[name], "Default").(string)
		if p.Default = value; !safe {
			return nil, fmt.Errorf("infra: parameter %s has no default", name)
		}
		if p.Description, _ = at(declared[name], "Description").(string); p.Description == "" {
			return nil, fmt.Errorf("infra: parameter %s is not explained", name)
		}
		all = append(all, p)
	}
	return all, nil
}
