package evidence

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func ExampleReport_Summary() {
	fmt.Print(full().Summary("en"))
	// Output:
	// Migration acme-2026, run r0003 (full)
	//   Definitions        5  read: 5 loaded
	//   Groups             6  read: 6 loaded
	//   Organizations     11  read: 11 loaded
	//   People           402  read: 394 loaded, 8 unchanged
	//   Tickets        1,510  read: 1,459 loaded, 36 excluded, 12 in quarantine, 3
	//                         pending
	//   Files            811  compared by SHA-256, 14 left out
	//   Masked         4,707  fields, also pseudonymised; 0 findings left
	//   Differences        2  unexpected
	// Needs attention: All 1,934 records that were read are accounted for, but 2
	//   fields differ unexpectedly, 12 records are in quarantine, 14 files are in
	//   quarantine and 3 records were changed in the source since they were moved.
}

func ExampleReport_Summary_deutsch() {
	fmt.Print(clean().Summary("de"))
	// Output:
	// Migration acme-2026, Lauf r0003 (vollständig)
	//   Personen        402  gelesen: 394 übertragen, 8 unverändert
	//   Tickets       1.532  gelesen: 1.496 übertragen, 36 ausgeschlossen
	//   Dateien         811  nach SHA-256 verglichen, 14 ausgelassen
	//   Maskiert      4.707  Felder, auch pseudonymisiert; 0 Funde übrig
	//   Abweichungen      0  unerwartet
	// In Ordnung: Für alle 1.934 gelesenen Datensätze liegt ein Nachweis vor; 0 Felder
	//   weichen unerwartet ab; 0 Funde verbleiben in der Ausgabe.
}

func ExampleReport_Verdict() {
	for _, p := range full().Verdict("en").Points {
		fmt.Println(p.Text, p.Next)
	}
	// Output:
	// 2 fields differ unexpectedly. Look the records up in both help desks by the references under “Differences”. They are read again by the next run.
	// 12 records are in quarantine. The reasons are listed under “Set aside”. Repair them in the source or in the plan; the next run tries them again.
	// 14 files are in quarantine. A text stands in the place of each. Look at them in the source; the plan says under privacy.attachments what becomes of such files.
	// 3 records were changed in the source since they were moved. The next delta run takes the new version.
}

func TestSummaryFitsATerminal(t *testing.T) {
	for _, lang := range append(Languages(), "xx") {
		for name, r := range reports() {
			summary := r.Summary(lang)
			lines := strings.Split(summary, "\n")
			if len(lines) > 15 {
				t.Errorf("%s, %s: %d lines", name, lang, len(lines))
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) > summaryWidth || strings.ContainsAny(line, "\t\x1b⟦") {
					t.Errorf("%s, %s: %q is no line for a terminal", name, lang, line)
				}
			}
		}
	}
}
