package deployed

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/connectors/list/hosted"
	"github.com/safeconduct/safeconduct/internal/audit"
	auditrows "github.com/safeconduct/safeconduct/internal/audit/dynamodb"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/keyring"
	keyrows "github.com/safeconduct/safeconduct/internal/keyring/dynamodb"
	wrapping "github.com/safeconduct/safeconduct/internal/keyring/kms"
	ledgerrows "github.com/safeconduct/safeconduct/internal/ledger/dynamodb"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/release"
	"github.com/safeconduct/safeconduct/internal/staging/s3"
)

// workers is how many segments are anonymized side by side: more than one machine
// has processors, and few enough that a new account's Lambda gives them.
const workers = 10

// parts are what the steps of one function are made of. All clients share one pool
// of connections.
type parts struct {
	config Config
	sdk    aws.Config
	staged Objects // documents in the staging bucket
	keys   *keyrows.Rows
	desks  *desks
	log    migration.Log
	base   migration.Base
}

func open() (p parts, err error) {
	if p.config, err = readConfig(); err != nil {
		return p, err
	}
	p.sdk = p.config.sdk()
	db, bucket := tablesOf(dynamodb.NewFromConfig(p.sdk)), p.config.s3(p.sdk)
	rows := ledgerrows.New(db, p.config.StateTable, p.config.IDMapTable)
	p.staged = Objects{bucket, p.config.StagingBucket, p.config.DataKey}
	p.keys = keyrows.New(db, p.config.KeyringTable)
	p.desks = &desks{secrets: &secrets{get: secretsmanager.NewFromConfig(p.sdk).GetSecretValue}, bucket: p.staged, budgets: rows}
	p.log = migration.Log{Store: func(tenant string) audit.Store { return auditrows.New(db, p.config.AuditTable, tenant) }, Rows: rows, Tool: release.Tool()}
	p.base = migration.Base{Plans: Plans{p.staged}, Rows: rows, Staging: s3.New(bucket, p.config.StagingBucket, p.config.DataKey),
		Audit: p.log, Now: time.Now}
	return p, nil
}

// wrap is the key of KMS. Only steps that make or open keys ask for it.
func (p parts) wrap() tink.AEADWithContext {
	return wrapping.New(kms.NewFromConfig(p.sdk), p.config.WrapKey)
}

// handler makes a function's handler at its first invocation: what fails then is
// told as any failure is, with a name.
func handler(make func(parts) function.Handler) function.Handler {
	made := sync.OnceValues(func() (function.Handler, error) {
		p, err := open()
		if err != nil {
			return nil, err
		}
		return p.desks.within(make(p)), nil
	})
	return openJournal(os.Stdout).keep(func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		h, err := made()
		if err != nil {
			return nil, migration.Classify(err)
		}
		return h(ctx, input)
	})
}

// Plan makes the keys of a run and may use, and make, the index.
func Plan() function.Handler {
	return handler(func(p parts) function.Handler {
		key := p.wrap()
		return function.Plan(migration.Plan{Base: p.base, Sources: p.desks, Targets: p.desks, Keys: keyring.NewMaker(p.keys, key),
			Index: keyring.NewIndexer(p.keys, key), Forecasts: forecasts{p.staged}, Demo: p.config.demos(), Workers: workers,
			Tested: plan.Runtime{Find: hosted.Find}.Tested})
	})
}

// Extract holds no key that opens anything.
func Extract() function.Handler {
	return handler(func(p parts) function.Handler {
		return function.Extract(migration.Extract{Base: p.base, Desks: p.desks, Keys: keyring.NewSealer(p.keys), Demo: p.config.demos()})
	})
}

// Anonymize alone opens raw.
func Anonymize() function.Handler {
	return handler(func(p parts) function.Handler {
		key := p.wrap()
		return function.Anonymize(migration.Anonymize{Base: p.base, Desks: p.desks, Sources: p.desks, Raw: keyring.Only(keyring.NewOpener(p.keys, key), keyring.Raw),
			Clean: keyring.NewSealer(p.keys), Index: keyring.NewIndexer(p.keys, key), Pseudonyms: keyring.NewPseudonymizer(p.keys, key),
			Directory: &migration.Directory{}})
	})
}

// Load opens clean.
func Load() function.Handler {
	return handler(func(p parts) function.Handler {
		key := p.wrap()
		return function.Load(migration.Load{Base: p.base, Desks: p.desks, Clean: keyring.Only(keyring.NewOpener(p.keys, key), keyring.Clean),
			Index: keyring.NewIndexer(p.keys, key), Standing: &migration.Standing{}})
	})
}

// Verify opens clean.
func Verify() function.Handler {
	return handler(func(p parts) function.Handler {
		key := p.wrap()
		return function.Verify(migration.Verify{Base: p.base, Desks: p.desks, Clean: keyring.Only(keyring.NewOpener(p.keys, key), keyring.Clean),
			Index: keyring.NewIndexer(p.keys, key), Standing: &migration.Standing{}})
	})
}

// A Cloud is what function api is made of besides clients of its own: no key is
// among it.
type Cloud struct {
	Config   Config
	SDK      aws.Config
	Base     migration.Base
	Plans    Plans
	Evidence Objects // documents of runs
}

// API keeps the gate, and answers whoever runs and watches migrations. What that
// takes is handed in, so that no other function carries it.
func API(answer func(Cloud) (function.Handler, error)) function.Handler {
	return handler(func(p parts) function.Handler {
		h, err := answer(Cloud{p.config, p.sdk, p.base, Plans{p.staged}, Objects{p.staged.API, p.config.EvidenceBucket, p.config.DataKey}})
		if err != nil {
			return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, migration.Classify(err) }
		}
		return h
	})
}

// Commit moves cursors.
func Commit() function.Handler {
	return handler(func(p parts) function.Handler { return function.Handle(migration.Commit{Base: p.base}.Do) })
}

// Seal destroys keys and reads none; it closes migrations.
func Seal() function.Handler {
	return handler(func(p parts) function.Handler {
		return function.Seal(migration.Seal{Base: p.base, Keys: keyring.NewForgetter(p.keys), Kept: Plans{p.staged}})
	})
}

// Finish records how a run ended.
func Finish() function.Handler {
	return handler(func(p parts) function.Handler { return function.Finish(migration.Finish{Base: p.base, Behind: age}) })
}

// Report opens no key. How documents look is handed in, so that no other function
// carries templates.
func Report(render evidence.Renderer) function.Handler {
	return handler(func(p parts) function.Handler {
		return function.Report(migration.Report{Base: p.base, Log: p.log, Render: render,
			Out: documents{Objects{p.staged.API, p.config.EvidenceBucket, p.config.DataKey}}, Tool: release.Tool()})
	})
}
