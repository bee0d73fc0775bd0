package duck

import "testing"

func TestTypeOf(t *testing.T) {
	for iceberg, want := range map[string]string{
		"boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE",
		"decimal(18,2)": "DECIMAL(18,2)", "decimal( 38 , 38 )": "DECIMAL(38,38)", "date": "DATE", "time": "TIME",
		"timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMP WITH TIME ZONE", "string": "VARCHAR", "binary": "BLOB",
		"uuid": "UUID", "fixed[16]": "BLOB", "list<long>": "BIGINT[]", "map<string, list<int>>": "MAP(VARCHAR, INTEGER[])",
		"struct<a: int, B c: struct<d: date>>": `STRUCT("a" INTEGER, "B c" STRUCT("d" DATE))`,
	} {
		if got, err := TypeOf(iceberg); got != want || err != nil {
			t.Errorf("%s: %s, %v, want %s", iceberg, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "varchar", "decimal", "decimal(39,2)", "decimal(5,6)", "decimal(a,b)", "list", "list<int", "list<>", "map<int>", "map<int, int",
		"struct<>", "struct<a>", "struct<a: int", "int)", "int, int", "fixed[0]", "fixed", "'x'", "int; drop table t",
	} {
		if got, err := TypeOf(bad); err == nil {
			t.Errorf("%q became %s", bad, got)
		}
	}
}

// Whatever TypeOf accepts, DuckDB accepts as one type.
func FuzzTypeOf(f *testing.F) {
	for _, seed := range []string{"list<struct<a: int>>", "map<string, decimal(9,2)>", `struct<a"b: int>`, "struct<a') : int>"} {
		f.Add(seed)
	}
	i, err := openInstance(setup{Limits: Limits{MemoryBytes: 1 << 30, Threads: 1}, SpillDir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	c, err := connect(i.db)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, iceberg string) {
		name, err := TypeOf(iceberg)
		if err != nil {
			return
		}
		if err := c.exec("SELECT NULL::" + name); err != nil {
			t.Errorf("%q became %s: %v", iceberg, name, err)
		}
	})
}
