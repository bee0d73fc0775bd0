package duck

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// engineMemory is the part of a worker's memory that DuckDB may manage. The rest
// is for what it does not count (strings under construction, decompression) and
// for the process itself.
func engineMemory(s setup) int64 {
	return max(s.PlanBytes, (s.Limits.MemoryBytes-96<<20)/10*8)
}

// instance is a DuckDB of its own, with the session in which its statements run, one
// after the other.
type instance struct {
	db    bindings.Database
	runs  *connection
	hands int // that help the thread of a statement
}

// close ends the instance.
func (i *instance) close() {
	i.runs.close()
	bindings.Close(&i.db)
}

// openInstance opens a private in-memory instance behind the second wall. Any error
// is final.
func openInstance(s setup) (*instance, error) {
	i, err := openUnlocked(s, signed)
	if err != nil {
		return nil, err
	}
	if err := i.runs.exec("COPY (SELECT 1 AS one WHERE false) TO " + Literal(s.noRows()) + " (FORMAT parquet)"); err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	return i, lockInstance(i, s)
}

// extensions tells which ones an instance loads before it is locked.
type extensions bool

const (
	signed   extensions = false // by DuckDB's makers, which is checked and takes its time
	unsigned extensions = true  // also others
)

// openUnlocked opens a private in-memory instance with its settings.
func openUnlocked(s setup, allowed extensions) (*instance, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) != bindings.StateSuccess ||
		bindings.SetConfig(config, "allow_unsigned_extensions", strconv.FormatBool(bool(allowed))) != bindings.StateSuccess {
		return nil, errors.New("duckdb: no configuration")
	}
	defer bindings.DestroyConfig(&config)
	var message string
	i := &instance{hands: s.Limits.Threads - 1}
	if bindings.OpenExt(":memory:", &i.db, config, &message) != bindings.StateSuccess {
		return nil, fmt.Errorf("duckdb: %s", message)
	}
	var err error
	if i.runs, err = connect(i.db); err != nil {
		return nil, err
	}
	if err := i.runs.exec(progressSettings + settingsSQL(settingsOf(s))); err != nil {
		return nil, fmt.Errorf("duckdb: settings: %w", err)
	}
	if s.S3 == nil {
		return i, nil
	}
	secret, err := s.S3.secretSQL()
	if err != nil {
		return nil, err
	}
	return i, i.runs.exec(s.S3.loadSQL() + settingsSQL(s.S3.settings()) + secret)
}

// lockInstance closes the second wall: nothing outside the setup's folders and files
// is read or written, no extension is loaded, no setting changes any more.
func lockInstance(i *instance, s setup) error {
	c, err := connect(i.db)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.exec(settingsSQL(locksOf(s))); err != nil {
		return fmt.Errorf("duckdb: settings: %w", err)
	}
	settings := append(settingsOf(s), locksOf(s)...)
	if s.S3 != nil {
		settings = append(settings, s.S3.settings()...)
	}
	return readBack(c, settings)
}

func settingsSQL(settings []setting) string {
	var sql strings.Builder
	for _, setting := range settings {
		fmt.Fprintf(&sql, "SET GLOBAL %s = %s;", setting.name, setting.value)
	}
	return sql.String()
}

// setting is one option of DuckDB; value is SQL, want what current_setting must
// answer afterwards ("" where DuckDB rewrites it).
type setting struct{ name, value, want string }

func settingsOf(s setup) []setting {
	return []setting{
		{"threads", strconv.Itoa(s.Limits.Threads), strconv.Itoa(s.Limits.Threads)},
		// All but one of the threads are a crew's.
		{"external_threads", strconv.Itoa(s.Limits.Threads), strconv.Itoa(s.Limits.Threads)},
		{"memory_limit", Literal(fmt.Sprintf("%dB", engineMemory(s))), ""},
		{"temp_directory", Literal(s.SpillDir), s.SpillDir},
		{"max_temp_directory_size", Literal(fmt.Sprintf("%dB", s.Limits.SpillBytes)), ""},
		{"TimeZone", "'UTC'", "UTC"},
		{"errors_as_json", "true", "true"},
		{"allow_persistent_secrets", "false", "false"}, // before the first secret
		// Files never change under their name.
		{"parquet_metadata_cache", "true", "true"},
		{"validate_external_file_cache", "'NO_VALIDATION'", "NO_VALIDATION"},
	}
}

func locksOf(s setup) []setting {
	dirs := s.ReadDirs
	if s.WriteDir != "" {
		dirs = append(dirs[:len(dirs):len(dirs)], s.WriteDir)
	}
	return []setting{
		{"autoinstall_known_extensions", "false", "false"},
		{"autoload_known_extensions", "false", "false"},
		{"allow_community_extensions", "false", "false"},
		{"allowed_directories", literalList(dirs), ""},
		{"allowed_paths", literalList(append([]string{s.noRows()}, s.ReadFiles...)), ""},
		{"enable_external_access", "false", "false"},
		{"lock_configuration", "true", "true"},
	}
}

// readBack makes sure that every setting took.
func readBack(c *connection, settings []setting) error {
	var columns []string
	var wanted []setting
	for _, s := range settings {
		if s.want != "" {
			wanted = append(wanted, s)
			columns = append(columns, fmt.Sprintf("current_setting('%s')::VARCHAR", s.name))
		}
	}
	rows, err := c.text("SELECT " + strings.Join(columns, ", "))
	if err != nil {
		return err
	}
	for i, s := range wanted {
		if got := rows[0][i]; got != s.want {
			return fmt.Errorf("duckdb: %s is %q, not %q", s.name, got, s.want)
		}
	}
	if err := c.exec(settingsSQL(settings[:1])); err == nil { // which changes nothing
		return errors.New("duckdb: the configuration is not locked")
	}
	return nil
}
