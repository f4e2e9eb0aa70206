import org.flywaydb.core.Flyway;

/** Migrates a database to what a folder says, cleans it, and migrates it again. Arguments: JDBC address, user, folder. The password is in PGPASSWORD. */
class Migrate {
  public static void main(String[] arguments) {
    Flyway flyway =
        Flyway.configure()
            .dataSource(arguments[0], arguments[1], System.getenv("PGPASSWORD"))
            .locations("filesystem:" + arguments[2])
            .cleanDisabled(false)
            .load();
    flyway.migrate();
    flyway.validate();
    flyway.clean();
    System.out.println("migrated " + flyway.migrate().migrationsExecuted);
  }
}
