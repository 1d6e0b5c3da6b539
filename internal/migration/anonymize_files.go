package migration

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/files"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// What became of a file, beside what files.Outcome names.
const (
	fileQuarantined = "quarantined"
	filePlaceholder = "placeholder"
	fileKept        = "kept"
	fileExcluded    = "excluded"
)

// fieldContent is what findings call the text in files.
const fieldContent = "attachment.content"

// passFiles applies the policy to the files of a record, of which only those that
// change are staged again; of the others the key is handed to the clean side. channel is
// how the record came in.
func (a *pass) passFiles(ctx context.Context, r *helpdesk.Record, channel string, marks map[string]mark) error {
	found := map[privacy.Kind]privacy.Seen{}
	changed := map[*helpdesk.Attachment]string{}
	for _, f := range attachmentsOf(r) {
		f.Locator = ""
		if f.LeftOut == "" && f.Blob != nil {
			outcome, err := a.passFile(ctx, f, found)
			if err != nil {
				return err
			}
			changed[f] = outcome
		}
		if f.LeftOut != "" {
			a.found.LeftOut[f.LeftOut]++
			f.SHA256, f.Size = "", 0
		}
	}
	for _, k := range slices.Sorted(maps.Keys(found)) {
		a.found.Inventory.Add(privacy.Finding{Field: fieldContent, Kind: k, Count: found[k].Found, Sure: found[k].Sure, Channel: channel})
	}
	a.markFiles(r, changed, marks)
	return nil
}

// markFiles says which fields differ because a file became another.
func (a *pass) markFiles(r *helpdesk.Record, changed map[*helpdesk.Attachment]string, marks map[string]mark) {
	for _, outcome := range changed {
		if outcome != string(files.Unchanged) && outcome != fileKept {
			a.found.Rules["attachment: "+outcome]++
		}
	}
	fileValues(r, func(f *helpdesk.Attachment, v helpdesk.Value) {
		switch outcome := changed[f]; outcome {
		case filePlaceholder, fileQuarantined:
			if !v.Empty() {
				marks[v.Path()] = mark{"attachment: " + outcome, Masked}
			}
		case string(files.Rewritten), string(files.Stripped):
			if name := v.Field.Name; name == "attachment.sha256" || name == "attachment.size" {
				marks[v.Path()] = mark{"attachment: " + outcome, Masked}
			}
		}
	})
}

// passFile applies the policy to one file and says what became of it.
func (a *pass) passFile(ctx context.Context, f *helpdesk.Attachment, found map[privacy.Kind]privacy.Seen) (outcome string, err error) {
	done, err := a.rewriteFile(ctx, f)
	if err != nil {
		return "", err
	}
	privacy.Sum(found, done.Found)
	if done.Left > 0 {
		a.found.Residual[fieldContent] += done.Left
	}
	outcome = string(done.Outcome)
	switch done.Outcome {
	case files.Unchanged:
		err = a.reseal(ctx, f)
	case files.Unreadable:
		a.found.Unread[string(done.Reason)]++
		outcome, err = a.unreadable(ctx, f, done)
	default:
		err = a.restage(ctx, f, done.Content)
	}
	if a.found.Files[done.Type] == nil {
		a.found.Files[done.Type] = map[string]int{}
	}
	a.found.Files[done.Type][outcome]++
	return outcome, err
}

// rewriteFile reads a file into memory, unless it is too large for that, and rewrites
// it.
func (a *pass) rewriteFile(ctx context.Context, f *helpdesk.Attachment) (files.Result, error) {
	content, err := staging.OpenBlob(ctx, a.Staging, a.Raw, a.run.scope(keyring.Raw), *f.Blob)
	if err != nil {
		return files.Result{}, ofStorage("open an attachment", err)
	}
	defer content.Close()
	var whole bytes.Buffer
	whole.Grow(int(min(f.Size, files.MaxSize)) + bytes.MinRead)
	if _, err := io.Copy(&whole, io.LimitReader(content, files.MaxSize+1)); err != nil {
		return files.Result{}, ofStorage("read an attachment", err)
	}
	return a.files.Rewrite(whole.Bytes(), &a.crowd), nil
}

// reseal hands the key of a file to the clean side.
func (a *pass) reseal(ctx context.Context, f *helpdesk.Attachment) error {
	blob, err := staging.Reseal(ctx, a.Raw, a.run.scope(keyring.Raw), a.Clean, a.run.scope(keyring.Clean), *f.Blob)
	if err != nil {
		return ofStorage("hand on the key of an attachment", err)
	}
	f.Blob = &blob
	return nil
}

// restage stages what a file is now, for the clean side. A call that is repeated
// stages it once more: what nothing names goes at the seal.
func (a *pass) restage(ctx context.Context, f *helpdesk.Attachment, content []byte) error {
	object := a.run.Prefix() + "clean/file-" + unique() + unique()
	blob, err := staging.WriteBlob(ctx, a.Staging, a.Clean, a.run.label(keyring.Clean, object), bytes.NewReader(content))
	if err != nil {
		return ofStorage("stage an attachment", err)
	}
	a.written = append(a.written, object)
	f.Blob, f.SHA256, f.Size = &blob.Blob, blob.SHA256, blob.Size
	return nil
}

// unreadable does with a file that could not be read what the plan says.
func (a *pass) unreadable(ctx context.Context, f *helpdesk.Attachment, done files.Result) (outcome string, err error) {
	switch a.plan.Privacy.Attachments.Unreadable {
	case plan.Keep:
		return fileKept, a.reseal(ctx, f)
	case plan.Exclude:
		f.LeftOut = plan.FileUnreadable
		return fileExcluded, nil
	case plan.Placeholder:
		return filePlaceholder, a.stand(ctx, f, done)
	}
	return fileQuarantined, a.stand(ctx, f, done)
}

// stand puts a text into the place of a file: what it was called by the policy, how
// large it was and its digest, by which who has the original knows it again.
func (a *pass) stand(ctx context.Context, f *helpdesk.Attachment, done files.Result) error {
	text := fmt.Sprintf("This file was not moved: it could not be checked for personal data.\n"+
		"Diese Datei wurde nicht übernommen: Sie ließ sich nicht auf personenbezogene Daten prüfen.\n\n"+
		"Name: %s\nType, Typ: %s\nBytes: %d\nSHA-256: %s\nReason, Grund: %s\n", f.Name, done.Type, f.Size, f.SHA256, done.Reason)
	f.Name = cmp.Or(f.Name, "file") + ".txt"
	f.ContentType, f.Inline = "text/plain; charset=utf-8", false
	return a.restage(ctx, f, []byte(text))
}
