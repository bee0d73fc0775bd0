// Package parquetfile reads what a Parquet file says of itself, and believes none of
// it: the footer's length, its Thrift and its offsets, sizes and counts are held
// against the file and each other before anything is done with them. Whether the
// pages hold what the footer says, only who reads them finds out.
package parquetfile
