package workflow

import (
	"encoding/json"
	"fmt"
	"regexp"
)

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// Substitute fills in the ${Name} of a definition, as the DefinitionSubstitutions
// of a deployed state machine do. Every placeholder needs a value and every value
// a placeholder, so that definition and deployment cannot drift apart.
func Substitute(definition []byte, values map[string]string) ([]byte, error) {
	used := map[string]bool{}
	var missing error
	filled := placeholder.ReplaceAllFunc(definition, func(found []byte) []byte {
		name := string(found[2 : len(found)-1])
		value, ok := values[name]
		if !ok {
			missing = fmt.Errorf("workflow: %s in the definition has no value", found)
		}
		used[name] = true
		quoted, _ := json.Marshal(value) // a string always can be
		return quoted[1 : len(quoted)-1]
	})
	for name := range values {
		if !used[name] {
			return nil, fmt.Errorf("workflow: the definition has no ${%s}", name)
		}
	}
	return filled, missing
}
