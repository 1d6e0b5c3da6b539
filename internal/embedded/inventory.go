package embedded

import (
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
)

// InventoryPage is what personal data a run found, as a page in one of
// [evidence.Languages].
func InventoryPage(report evidence.Report, lang string) ([]byte, error) {
	page, err := report.InventoryPage(lang)
	if err != nil {
		return nil, err
	}
	return html.Render(page)
}
