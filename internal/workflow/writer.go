package workflow

import (
	"context"
	"strings"
)

// resultWriter puts the outcomes of a distributed Map into objects, so that the
// state's output stays small: a manifest and one file for each status.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
type resultWriter struct{ parameters *template }

func (p *parser) resultWriter(f *fields) *resultWriter {
	if f = f.object("ResultWriter"); f == nil {
		return nil
	}
	defer f.done()
	f.require("Resource", "Parameters")
	if resource := f.text("Resource"); !s3Put.MatchString(resource) {
		p.refuse(f.at+"/Resource", "the ResultWriter resource %q", resource)
	}
	return &resultWriter{parameters: p.objectParameters(f, "Bucket", "Prefix")}
}

// write is repeated by an execution that went on after a crash: the keys come
// from the Map Run's id, so the same objects are written again.
func (w *resultWriter) write(ctx context.Context, r *mapRun) (any, error) {
	bucket, prefix, err := r.v.objectPlace(w.parameters, "Prefix")
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		prefix = strings.TrimSuffix(prefix, "/") + "/"
	}
	folder := objectFolder{bucket: bucket, prefix: prefix + r.id.String() + "/", objects: r.v.thread.run.x.Objects}
	manifest, err := folder.writeResults(ctx, r)
	switch {
	case ctx.Err() != nil:
		return nil, stopped(ctx, err)
	case err != nil:
		return nil, failure(errResultWriter, "%v", err)
	}
	return map[string]any{
		"MapRunArn":           r.arn(),
		"ResultWriterDetails": map[string]any{"Bucket": bucket, "Key": manifest},
	}, nil
}

type objectFolder struct {
	objects        Objects
	bucket, prefix string
}

// writeResults writes the manifest last: whoever finds it finds the rest.
func (f objectFolder) writeResults(ctx context.Context, r *mapRun) (manifest string, err error) {
	if f.objects == nil {
		return "", errNoObjects
	}
	byStatus := map[string][]any{}
	for i := range r.outcomes {
		record, err := r.itemRecord(i)
		if err != nil {
			return "", err
		}
		status := record["Status"].(string)
		byStatus[status] = append(byStatus[status], record)
	}
	files := map[string]any{"PENDING": []any{}}
	for _, status := range []string{"SUCCEEDED", "FAILED"} {
		if files[status], err = f.writeFile(ctx, status, byStatus[status]); err != nil {
			return "", err
		}
	}
	manifest = f.key("manifest.json")
	content := encode(map[string]any{"DestinationBucket": f.bucket, "MapRunArn": r.arn(), "ResultFiles": files})
	return manifest, f.objects.Put(ctx, f.bucket, manifest, content)
}

// writeFile writes the records of one status and returns its part of the manifest.
func (f objectFolder) writeFile(ctx context.Context, status string, records []any) ([]any, error) {
	if len(records) == 0 {
		return []any{}, nil
	}
	key, content := f.key(status+"_0.json"), encode(records)
	if err := f.objects.Put(ctx, f.bucket, key, content); err != nil {
		return nil, err
	}
	return []any{map[string]any{"Key": key, "Size": number(int64(len(content)))}}, nil
}

func (f objectFolder) key(name string) string { return f.prefix + name }
