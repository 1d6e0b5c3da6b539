// Package plan reads the plan of a migration: source, target, what to move, how
// its words are mapped, and what becomes of personal data.
//
// A plan is YAML and strict: a key that there is not is refused with a
// suggestion, because a mistyped privacy rule that is ignored is a leak. Its
// [Plan.Hash] names the decisions in it; a run is bound to the hash it started
// with.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/mapping"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// Version is the version of the plan's form that this program reads.
const Version = 1

// A Plan says all about one migration.
type Plan struct {
	Version int `yaml:"version" json:"version"`
	// Migration names the migration: its keys, ledger and markers.
	Migration string        `yaml:"migration" json:"migration"`
	Tenant    string        `yaml:"tenant,omitempty" json:"tenant"`
	Source    Desk          `yaml:"source" json:"source"`
	Target    Desk          `yaml:"target" json:"target"`
	Select    Select        `yaml:"select,omitempty" json:"select"`
	Map       mapping.Rules `yaml:"map,omitempty" json:"map"`
	Privacy   Privacy       `yaml:"privacy" json:"privacy"`
	// Delta is part of the hash only where it is not left open.
	Delta Delta `yaml:"delta,omitempty" json:"delta,omitzero"`
	// Reserve is the share of each account's API budget that is left to the customer's
	// own agents, as "20%"; empty for that. It changes how long a run takes, not what
	// comes of it, and is not part of the hash.
	Reserve string `yaml:"reserve,omitempty" json:"-"`
	Run     Run    `yaml:"run,omitempty" json:"-"`

	// RunID is the run that this is the plan of, where a runtime keeps one for each:
	// what it holds open for one run may not be used in the next.
	RunID string `yaml:"-" json:"-"`

	folder string
}

// A Desk names a connector and holds its settings.
type Desk struct {
	Connector string         `json:"connector"`
	Settings  map[string]any `json:"settings,omitempty"`
}

// Run holds what changes how a run goes, not what comes of it: it is not part of
// the hash.
type Run struct {
	// Concurrency is how many segments are loaded side by side; 1 by default.
	Concurrency int `yaml:"concurrency,omitempty"`
	// Approval has the run wait, after anonymize and before anything is loaded, until
	// a person approves it.
	Approval bool `yaml:"approval,omitempty"`
	// Express has the first run move the tickets that are open, or were changed in so
	// many days before it ("30 days"), and the delta after it all others.
	Express string `yaml:"express,omitempty"`
}

// ExpressDays are those of Express, or 0 where all tickets come in one run.
func (r Run) ExpressDays() (int, error) {
	if r.Express == "" {
		return 0, nil
	}
	n, err := days(r.Express)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("run.express: write a number of days, as: 30 days")
	}
	return n, nil
}

// Privacy is the plan's answer to five questions and the policy that follows.
type Privacy struct {
	Controller string   `yaml:"controller" json:"controller"`
	Contact    string   `yaml:"contact" json:"contact"`
	Purpose    string   `yaml:"purpose" json:"purpose"`
	LegalBasis string   `yaml:"legal_basis" json:"legal_basis"`
	Regimes    []string `yaml:"regimes" json:"regimes"`
	// Retention is for how many days after its last run the ledger may remember
	// the migration: "90 days".
	Retention string `yaml:"retention" json:"retention"`
	Preset    string `yaml:"preset" json:"preset"`
	// Fields and Text override the preset, by field name and by kind of personal
	// data in free text.
	Fields map[string]privacy.Operator       `yaml:"fields,omitempty" json:"fields,omitempty"`
	Text   map[privacy.Kind]privacy.Operator `yaml:"text,omitempty" json:"text,omitempty"`
	// Tagger is On, or nothing, to look in free text for names of people on no record by
	// whole sentences too, Off not to.
	Tagger string `yaml:"tagger,omitempty" json:"tagger,omitempty"`
	// Rules find in free text what only the customer knows.
	Rules []privacy.TextRule `yaml:"rules,omitempty" json:"rules,omitempty"`
	// Attachments decides what becomes of files; their text follows Text.
	Attachments Attachments `yaml:"attachments,omitempty" json:"attachments"`
}

// Policy is the policy that the section asks for.
func (p Privacy) Policy() privacy.Policy {
	return privacy.Policy{Preset: p.Preset, Fields: p.Fields, Text: p.Text, Rules: p.Rules, Tagger: p.Tagger != Off}
}

// Local is the tenant of a plan that names none.
const Local = "local"

// Hash names the decisions of the plan together with what was found about the
// two desks: two plans that do the same have the same hash, and no comment or
// spelling changes it.
func (p *Plan) Hash(target connectors.TargetProfile) string {
	doc, err := json.Marshal(struct {
		Plan       *Plan
		Rules      string
		Product    string
		Fidelity   map[string]connectors.Fidelity
		Vocabulary map[string][]string
	}{p, privacy.RulesVersion, target.Product, target.Fidelity, target.Vocabulary})
	if err != nil {
		panic("plan: a plan can't be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:8])
}

// Folder is where the plan file lies; relative paths in it start there.
func (p *Plan) Folder() string { return p.folder }

// DemoEnd ends the names of migrations that are the demo of another.
const DemoEnd = "-demo"

// Demo is the plan of a demo: a migration of its own, with the masking preset
// whatever the plan says. What is masked needs nobody's approval.
func (p *Plan) Demo() *Plan {
	d := *p
	d.Migration += DemoEnd
	d.Privacy.Preset, d.Privacy.Fields, d.Privacy.Text = "demo", nil, nil
	d.Privacy.Rules = slices.Clone(p.Privacy.Rules)
	for i := range d.Privacy.Rules {
		d.Privacy.Rules[i].Operator = privacy.Mask
	}
	d.Privacy.Attachments = Attachments{Unreadable: Placeholder}
	d.Map.NumberTo = ""
	d.Run.Approval, d.Run.Express = false, ""
	return &d
}

var migrationName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`) })

// Check says what is missing or wrong, in a sentence with a next step.
func (p *Plan) Check() error {
	switch {
	case p.Version != Version:
		return fmt.Errorf("version: this program reads plans of version %d; write version: %d", Version, Version)
	case !migrationName().MatchString(p.Migration):
		return fmt.Errorf("migration: give it a short name of a-z, 0-9 and -, such as acme-2026")
	case p.Source.Connector == "":
		return fmt.Errorf("source: name a connector; safeconduct connectors list shows them")
	case p.Target.Connector == "":
		return fmt.Errorf("target: name a connector; safeconduct connectors list shows them")
	}
	if p.Reserve != "" {
		if _, err := ParseReserve(p.Reserve); err != nil {
			return err
		}
	}
	if err := p.Select.check(); err != nil {
		return err
	}
	if err := p.Delta.check(); err != nil {
		return err
	}
	if _, err := p.Run.ExpressDays(); err != nil {
		return err
	}
	if p.Privacy.Preset == privacy.SafeHarbor && !slices.Contains(p.Select.Attachments.Exclude, "all") {
		return fmt.Errorf("select.attachments.exclude: privacy.preset %s moves no files, which may show and name anybody; write exclude: [all]", privacy.SafeHarbor)
	}
	return p.Privacy.check(p.Map)
}

func (p Privacy) check(m mapping.Rules) error {
	for _, q := range []struct{ key, value, ask string }{
		{"controller", p.Controller, "who answers for the data, as a firm's name"},
		{"contact", p.Contact, "where people turn to, as privacy@example.com"},
		{"purpose", p.Purpose, "why the data is moved"},
		{"legal_basis", p.LegalBasis, "such as: Art. 6(1)(b) GDPR, contract"},
		{"retention", p.Retention, "how long the ledger may remember, as: 90 days"},
		{"preset", p.Preset, "one of " + fmt.Sprint(privacy.Presets()) + "; there is no implicit keep-everything"},
	} {
		if q.value == "" {
			return fmt.Errorf("privacy.%s is not answered: %s", q.key, q.ask)
		}
	}
	if len(p.Regimes) == 0 {
		return fmt.Errorf("privacy.regimes is not answered: one or more of gdpr, uk-gdpr, ccpa, hipaa, or none")
	}
	if _, err := p.RetentionDays(); err != nil {
		return err
	}
	if err := p.Attachments.check(); err != nil {
		return err
	}
	if err := CheckTagger(p.Tagger); err != nil {
		return fmt.Errorf("privacy.tagger: %w", err)
	}
	policy, err := privacy.Compile(p.Policy())
	if err != nil {
		return fmt.Errorf("privacy: %w", err)
	}
	if m.NumberTo != "" && hidesNumbers(policy) {
		return fmt.Errorf("map.number_to: a policy that pseudonymises refuses the old number in the target; remove it or choose another preset")
	}
	return nil
}

// HidesNumbers reports whether its policy means tickets not to be recognised in the
// target: then nothing may say which was which.
func (p Privacy) HidesNumbers() bool {
	policy, err := privacy.Compile(p.Policy())
	return err != nil || hidesNumbers(policy)
}

// hidesNumbers reports whether the policy means tickets not to be recognised in
// the target.
func hidesNumbers(policy *privacy.Compiled) bool {
	for _, d := range policy.Decisions() {
		if d.Field == "ticket.number" {
			return d.Operator != privacy.Keep
		}
	}
	return true
}

// Values of Privacy.Tagger.
const (
	On  = "on"
	Off = "off"
)

// CheckTagger says what is wrong with a value of Privacy.Tagger.
func CheckTagger(tagger string) error {
	if !slices.Contains([]string{"", On, Off}, tagger) {
		return fmt.Errorf("the tagger is on or off, not %q", tagger)
	}
	return nil
}

// RetentionDays is the retention in days.
func (p Privacy) RetentionDays() (int, error) {
	n, err := days(p.Retention)
	if err != nil {
		return 0, fmt.Errorf("privacy.retention: write a number of days, as: 90 days")
	}
	return n, nil
}

func days(text string) (n int, err error) {
	var unit string
	if _, err := fmt.Sscanf(text, "%d %s", &n, &unit); err != nil || n < 0 || unit != "day" && unit != "days" {
		return 0, fmt.Errorf("%q is no number of days", text)
	}
	return n, nil
}

// Path resolves a path of the plan against the plan's folder.
func (p *Plan) Path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.folder, path)
}
