//! Structs that are read from rows, each field from the column of its name.

/// A struct with `sqlx::FromRow`; `kind: String = "type"` reads another column than the field's name says.
///
/// sqlx's own derive needs the whole library a second time, for the compiler to run: a tenth of a first build.
macro_rules! row {
    ($(#[$attribute:meta])* $visible:vis struct $name:ident {
        $($(#[$note:meta])* $seen:vis $field:ident: $kind:ty $(= $column:literal)?,)*
    }) => {
        $(#[$attribute])*
        $visible struct $name {
            $($(#[$note])* $seen $field: $kind,)*
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($kind: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $($field: row.try_get($crate::row::column!($field $($column)?))?,)* })
            }
        }
    };
}

macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $column:literal) => {
        $column
    };
}

pub(crate) use {column, row};
